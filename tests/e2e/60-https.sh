#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# HTTPS against a server of ours with a certificate authority of ours: what TLS said is kept, and a certificate that is
# not to be trusted ends the fetch.
. "$(dirname "$0")/lib.sh"
"$ONRECORD" init --no-passphrase -q "$T/a" >/dev/null 2>&1
export ONRECORD_DIR=$T/a
(
	cd "$T" || exit 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 \
		-subj "/CN=Sample authority" -addext basicConstraints=critical,CA:TRUE
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout site.key -out site.csr \
		-subj "/CN=secure.localhost"
	printf 'subjectAltName=DNS:secure.localhost\n' >ext
	openssl x509 -req -in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out site.pem -days 2 -extfile ext
	cat site.pem ca.pem >chain.pem
) >"$T/openssl" 2>&1
result $? "certificates are made" || cat "$T/openssl"
cat >"$T/server.py" <<'P'
import http.server, ssl, sys
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = b'<!doctype html><html lang=en><title>A page over TLS</title><p>Nobody could read along.</p></html>\n'
        if self.path == '/moved':
            self.send_response(302)
            self.send_header('Location', '/')
            body = b''
        else:
            self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_): # a client that does not trust us goes away
        pass
folder = sys.argv[1]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + '/chain.pem', folder + '/site.key')
context.minimum_version = ssl.TLSVersion.TLSv1_3
server = Server(('127.0.0.1', 0), Page)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
open(folder + '/port', 'w').write(f'{server.server_address[1]}\n')
server.serve_forever()
P
python3 "$T/server.py" "$T" &
servers+=($!)
for _ in $(seq 100); do
	[ -s "$T/port" ] && break
	sleep 0.1
done
port=$(cat "$T/port")
page=https://secure.localhost:$port/

exits "a certificate that the system does not trust ends the fetch" 4 "$ONRECORD" add "$page"
is "in one line" 1 "$(wc -l <"$T/err")"
is "and nothing is kept" 0 "$("$ONRECORD" ls | wc -l)"
exits "so does one of another name" 4 "$ONRECORD" add --ca-file "$T/ca.pem" "https://other.localhost:$port/"
exits "a CA file that is not there is said" 4 "$ONRECORD" add --ca-file "$T/none.pem" "$page"
ok "with --ca-file the page is captured" "$ONRECORD" add -q --ca-file "$T/ca.pem" "$page" "${page}moved"
"$ONRECORD" show --json "$page" >"$T/show"
is "the TLS version is kept" TLSv1.3 "$(json "rows[0]['record']['tls'].split()[0]" <"$T/show")"
der() {
	openssl x509 -in "$1" -outform der
}
is "so is the digest of each certificate" "$(der "$T/site.pem" | sha256sum | cut -d' ' -f1) $(der "$T/ca.pem" | sha256sum | cut -d' ' -f1)" \
	"$(json "rows[0]['record']['tls.chain'].replace('sha256:', '').split()" <"$T/show" | tr -d "[],'")"
zcat "$T"/a/warc/*.warc.gz | tr -d '\r' >"$T/warc"
for certificate in site ca; do
	is "and the $certificate's certificate itself, with each of three replies" 3 "$(tr -d '\n ' <"$T/warc" | grep -o "$(der "$T/$certificate.pem" | base64 -w0)" | wc -l)"
done
is "the redirect's evidence too" "TLSv1.3 2" "$("$ONRECORD" show --json "${page}moved" | json "rows[0]['record']['tls'].split()[0] + ' ' + str(len(rows[0]['record']['tls.chain'].split()))")"
is "it is the page" "$(curl -sS --cacert "$T/ca.pem" "$page" | sha256sum)" "$("$ONRECORD" cat "$page" | sha256sum)"
ok "and it verifies, parsed again" "$ONRECORD" verify --deep
