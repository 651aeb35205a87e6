# The operator's four words for the support desk hero_assistance.
#
#   use scripts/service_assistance.nu *
#   service_assistance install; service_assistance start
#   service_assistance status | where state != healthy
#   service_assistance stop
#
# Thin on purpose: building is done by the sessions of this checkout, and what runs, in which order and with
# which probes is known to the installed hero_assistance alone.

# The module may be used through a symbolic link, which `path self` does not follow.
const MODULE = (path self | path expand)
const CHECKOUT = ($MODULE | path dirname | path dirname)
const BINARY = "hero_assistance"
const STATUS_EXITS = [0 1 3] # healthy, not healthy, nothing runs: each comes with a whole report
const REASON_LINES = 12 # of what a program that failed has printed, the last ones say why

# Tell which words there are, as a table.
export def main []: nothing -> table {
  scope commands | where name starts-with "service_assistance " | select name description
}

# Build what changed, and install the four binaries as one release.
#
# When nothing changed, nothing is done. A service that is running keeps its release until it is started again.
@example "update the checkout and install what came" { service_assistance install --update }
export def "service_assistance install" [
  --root   # act for root's home, through `sudo -E`
  --update # bring the checkout up to date with `git pull --ff-only` first
  --reset  # stop the service first, and install again even what is installed already
]: nothing -> nothing {
  require-checkout
  if $update { pull }
  if $reset and (installed $root) { service_assistance stop --root=$root }
  let setting = (root-setting) # as seen from where the operator is
  cd $CHECKOUT
  with-env $setting { act $root [./buildenv.sh nox -s install ...(if $reset { [-- --force] } else { [] })] }
}

# Start the service and wait until it is healthy.
#
# When it is healthy already, nothing is done.
@example "a desk to try out, with four demo users" { service_assistance start --auth-mode dev --seed-dev-users }
export def "service_assistance start" [
  --root                             # act for root's home, through `sudo -E`
  --reset                            # stop the service first
  --auth-mode: string@auth-modes     # who says who is calling: `hero` (the default) or `dev`
  --seed-dev-users                   # make alice (admin), bob (agent), carol and dave (customers)
  --ui-tcp: string                   # address and port on which the pages are served over TCP as well
]: nothing -> nothing {
  let binary = (binary $root)
  warn-without-hero-proc
  if $reset { service_assistance stop --root=$root }
  act $root [
    $binary --start
    ...(if $auth_mode != null { [--auth-mode $auth_mode] } else { [] })
    ...(if $seed_dev_users { [--seed-dev-users] } else { [] })
    ...(if $ui_tcp != null { [--ui-tcp $ui_tcp] } else { [] })
  ]
}

# Stop the service; no process and no socket of it stays behind.
export def "service_assistance stop" [
  --root # act for root's home, through `sudo -E`
]: nothing -> nothing {
  act $root [(binary $root) --stop]
}

# Tell of each action of the service how it is, as a table.
#
# A service that is down or not healthy is an answer too, not an error.
@example "what needs looking after" { service_assistance status | where state != healthy }
export def "service_assistance status" [
  --root # act for root's home, through `sudo -E`
]: nothing -> table {
  let line = (for-whom $root [(binary $root) status --json])
  let result = (with-env (root-setting) { run-external ...$line | complete })
  let report = (try { $result.stdout | from json } catch { null })
  if $result.exit_code not-in $STATUS_EXITS or ($report | describe --detailed).type != "record" {
    error make --unspanned {
      msg: $"($BINARY) status failed with exit status ($result.exit_code)"
      help: ($result.stderr | str trim)
    }
  }
  $report.actions | each {|action| $action | insert release $report.release | insert supervisor $report.supervisor }
}

def auth-modes []: nothing -> list<string> { [hero dev] }

# Run a command line to its end, and raise an error that names it and carries its reason when it fails.
def act [root: bool, words: list<string>]: nothing -> nothing {
  let line = (for-whom $root $words)
  let root_folder = (given-root)
  if $root and $root_folder != null { warn $"PATH_ROOT is set: acting in ($root_folder), not in root's home" }
  let folder = (mktemp --directory --tmpdir)
  let said = ($folder | path join said)
  let failed = (with-env (root-setting) {
    try { run-external ...$line | tee --stderr { save --raw $said; touch $"($said).whole" }; null } catch {|failure| $failure }
  })
  let reason = (if $failed == null or $failed.exit_code? == null { "" } else { read-reason $said })
  rm --recursive --force $folder
  if $failed != null {
    let call = $"`($words | str join ' ')` failed"
    let status = $failed.exit_code?
    if $status == null { error make --unspanned {msg: $call help: ($failed.details.help? | default $failed.msg)} }
    let help = (if ($reason | is-empty) { "it printed no reason" } else { $reason })
    error make --unspanned {msg: $"($call) with exit status ($status)" help: $help}
  }
}

# The last lines that a program printed on its error output.
def read-reason [said: path]: nothing -> string {
  # What it printed is copied while it is shown; the copy may end a moment after the program.
  for _ in 1..50 { if ($"($said).whole" | path exists) { break }; sleep 20ms }
  if not ($said | path exists) { return "" }
  open --raw $said | decode utf-8 | ansi strip | str trim | lines | last $REASON_LINES | str join (char newline)
}

# The command line that does the same for the caller, or for root.
def for-whom [root: bool, words: list<string>]: nothing -> list<string> {
  if not $root { return $words }
  if (which sudo | is-not-empty) { return [sudo -E -H ...$words] }
  if not (is-admin) {
    error make --unspanned {msg: "--root needs sudo, and there is none on PATH" help: "become root, or install sudo"}
  }
  [env $"HOME=(home true)" ...$words]
}

# The installed hero_assistance, or an error that says how to get it.
def binary [root: bool]: nothing -> string {
  if not (installed $root) {
    error make --unspanned {
      msg: $"hero_assistance is not installed: there is no (binary-path $root)"
      help: $"run `service_assistance install(if $root { ' --root' })`, or set PATH_ROOT to where it is"
    }
  }
  binary-path $root
}

def binary-path [root: bool]: nothing -> string {
  given-root | default (home $root | path join hero) | path join bin $BINARY
}

# Root's folders can be looked into by root alone, so root is asked.
def installed [root: bool]: nothing -> bool {
  if not $root { return (binary-path false | path exists) }
  let line = (for-whom true [test -x (binary-path true)])
  (run-external ...$line | complete).exit_code == 0
}

def home [root: bool]: nothing -> string {
  if $root { "~root" } else { "~" } | path expand
}

# PATH_ROOT as an absolute path, whether it is given by `~` or from where the operator is; null when it is not set.
def given-root []: nothing -> any {
  let root = (given PATH_ROOT)
  if $root == null { null } else { $root | path expand --no-symlink }
}

# What a program has to be told of PATH_ROOT, which it takes as an absolute path only.
def root-setting []: nothing -> record {
  let root = (given-root)
  if $root == null { {} } else { {PATH_ROOT: $root} }
}

# A variable of the environment; null when it is not set, or set to nothing.
def given [name: string]: nothing -> any {
  let value = ($env | get --optional $name)
  if ($value | is-empty) { null } else { $value }
}

# Refuse to build or to pull a folder that is not a checkout of this project.
def require-checkout []: nothing -> nothing {
  if not ($CHECKOUT | path join buildenv.sh | path exists) {
    error make --unspanned {
      msg: $"($MODULE) is not in a checkout of ($BINARY): there is no buildenv.sh in ($CHECKOUT)"
      help: "use the module from the checkout, or through a symbolic link to it; a copy does not know where that is"
    }
  }
}

def pull []: nothing -> nothing {
  if (which git | is-empty) or not ($CHECKOUT | path join .git | path exists) {
    warn "no git, or no git checkout: the tree is installed as it is"
    return
  }
  act false [git -C $CHECKOUT pull --ff-only]
}

def warn-without-hero-proc []: nothing -> nothing {
  if (which hero_proc | is-empty) {
    warn "hero_proc is not on PATH: unless one runs already, the supervisor inside hero_assistance is used"
  }
}

def warn [message: string]: nothing -> nothing {
  print --stderr $"warning: ($message)"
}
