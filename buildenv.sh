#!/bin/sh
# The names of what is built, and the environment that builds it.
#
#   . ./buildenv.sh              sets PROJECT_NAME, VERSION, BINARIES and INSTALL_DIR
#   ./buildenv.sh COMMAND ...    runs COMMAND in the tool environment .buildenv/, which is made from the
#                                hash-locked requirements/build.txt, again only when that file changed or
#                                something of the environment is gone
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

root=$(CDPATH="" cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$python is not Python 3.11 or newer; name one with PYTHON=..."

exec "$python" -I "$root/scripts/build/locks/tool_environment.py" "$@"
