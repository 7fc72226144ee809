# shellcheck shell=sh
# Sourced by ./run: what to do next, printed before the engine starts.

welcome() {
  payload=examples/meta/1-whatsapp-text.json
  signature=$(openssl dgst -sha256 -hmac demo-secret "$payload" | sed 's/^.* //')
  cat >&2 <<EOF

Switchboard with config/demo.toml
  webhooks, API, stream   http://127.0.0.1:8080   (POST /webhooks/meta, /telegram, /x, /linkedin, /bluesky)
  health, metrics         http://127.0.0.1:8081   (/readyz /metrics /status)

Watch it arrive, in a second terminal:
  ./run events --follow

Deliver a webhook, in a third (signed as Meta would):
  curl -sS http://127.0.0.1:8080/webhooks/meta -H 'Content-Type: application/json' \\
    -H 'X-Hub-Signature-256: sha256=$signature' \\
    --data-binary @$payload
or several at once:
  ./run deliver examples/meta --source meta && ./run deliver examples/telegram --source telegram

Answer (README, "Answering"): the demo's accounts send to platforms on this machine,
  ./run fake-platform

Ctrl-C ends it; everything acknowledged is in the data directory (./data, or what --data-dir says).

EOF
}
