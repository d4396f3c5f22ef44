#!/bin/sh
# A shell script that records itself: JSON over HTTP to a service, by curl.
#   SERVICE=http://127.0.0.1:8000 examples/programs/import.sh
# Where the service wants a token: TOKEN=… (of one that may write).
set -eu

run="import-$(date +%s)-$$"
records="$SERVICE/api/executor/execution-records"
post() { # path [json]
  curl --silent --show-error --fail --output /dev/null --retry 5 --retry-connrefused \
    ${TOKEN:+-H "Authorization: Bearer $TOKEN"} -H 'Content-Type: application/json' --data "${2:-{\}}" "$records/$1"
}

post "" "{\"execution\": \"$run\", \"name\": \"Import orders (sh)\", \"job\": \"import-orders\"}"
post "$run/steps/" '{"step": "read", "order": 1, "hosts": [{"id": "local"}]}'
post "$run/steps/read/hosts/local/start/"

# Lines as they come: a pipe of NDJSON. Without curl's "first" they are put after what is there.
{
  echo '{"text": "reading monday.csv", "fields": {"folder": "inbox"}}'
  sleep 0.1
  echo '"just a text"'
  echo '{"text": "2 rows are odd", "level": "warn", "stream": "stderr"}'
} | curl --silent --show-error --fail --output /dev/null ${TOKEN:+-H "Authorization: Bearer $TOKEN"} \
  -H 'Content-Type: application/x-ndjson' -X POST -T - "$records/$run/steps/read/hosts/local/lines/"

post "$run/steps/read/hosts/local/finish/" '{"status": "succeeded", "exitCode": 0}'
post "$run/steps/read/finish/" '{"status": "succeeded"}'
post "$run/finish/" '{"status": "succeeded"}'
echo "$run"
