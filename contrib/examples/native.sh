#!/usr/bin/env bash
# The story of an account as a native app plays it: no browser, no cookies, only JSON over HTTP.
#
#   zelos serve --dev &
#   contrib/examples/native.sh [PUBLIC_URL] [ADMIN_URL]
#
# Needs curl, and jq or python3 to read JSON.
set -euo pipefail

public=${1:-http://127.0.0.1:4433}
admin=${2:-http://127.0.0.1:4434}
public=${public%/}
admin=${admin%/}

email="ada+$(date +%s)-$$@example.test"
password="correct-horse-battery-42"
body=$(mktemp)
trap 'rm -f "$body"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  cat "$body" >&2
  exit 1
}

# field PATH: a value out of the last answer, e.g. `field error.details.continue_with.0.flow.id`.
field() {
  if command -v jq >/dev/null; then
    jq -r --arg path "$1" 'getpath($path | split(".") | map(tonumber? // .)) // empty' "$body"
  else
    python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[int(key)] if isinstance(value, list) else (value or {}).get(key)
print("" if value is None else value)' "$body" "$1"
  fi
}

# call WANTED METHOD URL [curl options…]: one request; the answer has to have the wanted status.
call() {
  local wanted=$1 method=$2 url=$3 status
  shift 3
  status=$(curl -sS -o "$body" -w '%{http_code}' -X "$method" -H 'Accept: application/json' "$@" "$url")
  printf '  %-4s %s  →  %s\n' "$method" "${url%%\?*}" "$status"
  [ "$status" = "$wanted" ] || fail "$method $url should have answered $wanted"
}

# submit WANTED JSON: posts to the flow of the last answer, or to $action where an earlier one was kept.
submit() {
  call "$1" POST "$action" -H 'Content-Type: application/json' -d "$2"
}

start() {
  call 200 GET "$public/self-service/$1/api"
  action=$(field ui.action)
}

# await_mail [AFTER]: waits until a message to us is in the inbox, newer than the given one.
await_mail() {
  call 200 GET "$admin/dev/inbox/wait?timeout=15s${1:+&after=$1}" --get --data-urlencode "to=$email"
  mail=$(field id)
  code=$(field code)
}

say "1. Sign up as $email"
start registration
submit 200 "{\"method\":\"password\",\"password\":\"$password\",\"traits\":{\"email\":\"$email\"}}"
printf '  the account is %s\n' "$(field identity.id)"
await_mail
first=$mail

say "2. Sign in: refused, because the address is not confirmed"
start login
submit 403 "{\"method\":\"password\",\"identifier\":\"$email\",\"password\":\"$password\"}"
[ "$(field error.id)" = session_verified_address_required ] || fail "the refusal should say what is missing"
flow=$(field error.details.continue_with.0.flow.id)
printf '  the server opened verification flow %s and sent a code\n' "$flow"

say "3. Read the code from the inbox"
await_mail "$first"
printf '  the code is %s\n' "$code"

say "4. Confirm the address"
call 200 GET "$public/self-service/verification/flows?id=$flow"
action=$(field ui.action)
submit 200 "{\"method\":\"code\",\"code\":\"$code\"}"
[ "$(field state)" = passed_challenge ] || fail "the right code should have confirmed the address"
printf '  %s\n' "$(field ui.messages.0.text)"

say "5. Sign in"
start login
submit 200 "{\"method\":\"password\",\"identifier\":\"$email\",\"password\":\"$password\"}"
token=$(field session_token)
printf '  the session token is %s…\n' "${token:0:10}"

say "6. Who am I?"
call 200 GET "$public/sessions/whoami" -H "X-Session-Token: $token"
printf '  %s, signed in until %s\n' "$(field identity.traits.email)" "$(field expires_at)"
[ "$(field identity.traits.email)" = "$email" ] || fail "the session should be ours"

say "7. Sign out"
call 204 DELETE "$public/self-service/logout/api" -H 'Content-Type: application/json' -d "{\"session_token\":\"$token\"}"
call 401 GET "$public/sessions/whoami" -H "X-Session-Token: $token"

say "Done: sign-up, refusal, verification, session and sign-out work."
