#!/usr/bin/env bash
# The same story as a single-page app plays it: JSON, with cookies and the anti-forgery token of each form.
#
#   zelos serve --dev &
#   contrib/examples/spa.sh [PUBLIC_URL] [ADMIN_URL]
#
# Needs curl, and jq or python3 to read JSON.
set -euo pipefail

public=${1:-http://127.0.0.1:4433}
admin=${2:-http://127.0.0.1:4434}
public=${public%/}
admin=${admin%/}

email="grace+$(date +%s)-$$@example.test"
password="correct-horse-battery-42"
work=$(mktemp -d)
body=$work/body
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  cat "$body" >&2
  exit 1
}

# field PATH: a value out of the last answer; `field token` is the value of the form's csrf_token.
field() {
  if command -v jq >/dev/null; then
    case $1 in
      token) jq -r '.ui.nodes[] | select(.attributes.name == "csrf_token") | .attributes.value' "$body" ;;
      *) jq -r --arg path "$1" 'getpath($path | split(".") | map(tonumber? // .)) // empty' "$body" ;;
    esac
  else
    python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
if sys.argv[2] == "token":
    value = next(n["attributes"]["value"] for n in value["ui"]["nodes"] if n["attributes"].get("name") == "csrf_token")
else:
    for key in sys.argv[2].split("."):
        value = value[int(key)] if isinstance(value, list) else (value or {}).get(key)
print("" if value is None else value)' "$body" "$1"
  fi
}

# call WANTED METHOD URL [curl options…]: one request with the cookies so far.
call() {
  local wanted=$1 method=$2 url=$3 status
  shift 3
  status=$(curl -sS -o "$body" -w '%{http_code}' -b "$work/jar" -c "$work/jar" -X "$method" -H 'Accept: application/json' "$@" "$url")
  printf '  %-4s %s  →  %s\n' "$method" "${url%%\?*}" "$status"
  [ "$status" = "$wanted" ] || fail "$method $url should have answered $wanted"
}

# keep: remembers the form of the last answer.
keep() {
  action=$(field ui.action)
  token=$(field token)
}

start() {
  call 200 GET "$public/self-service/$1/browser"
  keep
}

# submit WANTED MEMBERS: posts the members together with the form's token.
submit() {
  call "$1" POST "$action" -H 'Content-Type: application/json' -d "{\"csrf_token\":\"$token\",$2}"
}

await_mail() {
  call 200 GET "$admin/dev/inbox/wait?timeout=15s${1:+&after=$1}" --get --data-urlencode "to=$email"
  mail=$(field id)
  code=$(field code)
}

say "1. Sign up as $email, in two steps"
start registration
submit 400 "\"method\":\"profile\",\"traits\":{\"email\":\"$email\"}"
keep
submit 200 "\"method\":\"password\",\"password\":\"$password\",\"traits\":{\"email\":\"$email\"}"
await_mail
first=$mail

say "2. Sign in: refused, because the address is not confirmed"
start login
submit 403 "\"method\":\"password\",\"identifier\":\"$email\",\"password\":\"$password\""
[ "$(field error.id)" = session_verified_address_required ] || fail "the refusal should say what is missing"
flow=$(field error.details.continue_with.0.flow.id)
await_mail "$first"

say "3. Confirm the address with the code $code"
call 200 GET "$public/self-service/verification/flows?id=$flow"
keep
submit 200 "\"method\":\"code\",\"code\":\"$code\""
[ "$(field state)" = passed_challenge ] || fail "the right code should have confirmed the address"
printf '  %s\n' "$(field ui.messages.0.text)"

say "4. Sign in and ask who I am"
start login
submit 200 "\"method\":\"password\",\"identifier\":\"$email\",\"password\":\"$password\""
call 200 GET "$public/sessions/whoami"
[ "$(field identity.traits.email)" = "$email" ] || fail "the session should be ours"

say "5. Sign out"
call 200 GET "$public/self-service/logout/browser"
call 204 GET "$(field logout_url)"
call 401 GET "$public/sessions/whoami"

say "Done: sign-up, refusal, verification, session and sign-out work."
