#!/bin/sh
# The names of what is built, and the environment that builds it.
#
#   . ./buildenv.sh              sets PROJECT_NAME, VERSION, BINARIES and INSTALL_DIR
#   ./buildenv.sh COMMAND ...    runs COMMAND in the tool environment .buildenv/, which is made from the
#                                hash-locked requirements/build.txt, again only when that file changed
#
# PYTHON names the interpreter (default: python3); the zipapps are built for it.

PROJECT_NAME=hero_assistance
VERSION=0.1.0
BINARIES="hero_assistance hero_assistance_server hero_assistance_ui hero_assistance_app"
INSTALL_DIR="${PATH_ROOT:-$HOME/hero}/bin"
export PROJECT_NAME VERSION BINARIES INSTALL_DIR

# Below here only when this file is run, not when it is sourced.
case ${0##*/} in
buildenv.sh) ;;
*) return 0 ;;
esac

set -eu

fail() {
    echo "buildenv.sh: $1" >&2
    exit "${2:-1}"
}

[ $# -gt 0 ] || fail "give the command to run, such as: ./buildenv.sh nox -l" 2

root=$(cd "$(dirname "$0")" && pwd)
environment="$root/.buildenv"
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$python is not Python 3.11 or newer; name one with PYTHON=..."

# The environment fits the lock and the interpreter it was made from.
wanted=$({ cat "$root/requirements/build.txt" && "$python" -c 'import sys; print(sys.version, sys.base_prefix)'; } | cksum)
have=$(cat "$environment/made-from" 2>/dev/null || true)

make_environment() {
    echo "buildenv.sh: making the tool environment (once for each requirements/build.txt)" >&2
    rm -f "$environment/made-from"
    "$python" -m venv --clear "$environment/venv" ||
        fail "$python has no venv module; on Debian: apt-get install python3-venv"
    "$environment/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps -r "$root/requirements/build.txt" ||
        fail "the tools could not be installed; is the package index reachable?"
    echo "$wanted" >"$environment/made-from"
}

if [ "$wanted" != "$have" ]; then
    mkdir -p "$environment"
    # One maker at a time; a maker that died is noticed by its pid.
    tries=0
    until ln -s "$$" "$environment/lock" 2>/dev/null; do
        maker=$(readlink "$environment/lock" || echo gone)
        [ "$maker" = gone ] || kill -0 "$maker" 2>/dev/null || rm -f "$environment/lock"
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail "another run keeps $environment/lock"
        sleep 1
    done
    trap 'rm -f "$environment/lock"' EXIT
    [ "$wanted" = "$(cat "$environment/made-from" 2>/dev/null || true)" ] || make_environment
    rm -f "$environment/lock"
    trap - EXIT
fi

# nox hands a session only what stands behind `--`; an option of ours is put there by whoever forgot it.
if [ "$1" = nox ]; then
    behind=
    for argument; do
        shift
        case $argument in
        --) behind=yes ;;
        --changed-since)
            [ -n "$behind" ] || set -- "$@" --
            behind=yes
            ;;
        esac
        set -- "$@" "$argument"
    done
fi

PATH="$environment/venv/bin:$PATH"
VIRTUAL_ENV="$environment/venv"
export PATH VIRTUAL_ENV
exec "$@"
