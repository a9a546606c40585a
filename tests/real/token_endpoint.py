"""An authorization server for tests: /token gives alice a signed JWT (RS256) for five seconds, /jwks the key that it is
signed with; /elsewhere a token for another audience, /huge too long an answer. Each question is a line on stdout.

usage: token_endpoint.py PORT CERTIFICATE_AND_KEY SIGNING_KEY     both PEM
"""
import base64, http.server, json, ssl, subprocess, sys, time, urllib.parse

port, identity, signing_key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
LIFETIME_S = 5


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, stdout=subprocess.PIPE, check=True).stdout


def token(audience):
    now = int(time.time())
    claims = {"iss": "kt-test", "aud": audience, "sub": "alice", "scope": "kafka", "iat": now, "exp": now + LIFETIME_S}
    header = {"alg": "RS256", "kid": "1", "typ": "JWT"}
    signed = ".".join(text_of(json.dumps(part).encode()) for part in (header, claims))
    return signed + "." + text_of(openssl("dgst", "-sha256", "-sign", signing_key, data=signed.encode()))


modulus = openssl("rsa", "-in", signing_key, "-noout", "-modulus").decode().strip().split("=")[1]
keys = {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": text_of(bytes.fromhex(modulus)), "e": "AQAB"}]}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, keys)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        print(self.path, form, flush=True)
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"alice:alice-secret").decode():
            self.answer(401, {"error": "invalid_client", "error_description": "who is that?"})
        elif form != {"grant_type": ["client_credentials"], "scope": ["kafka"]}:
            self.answer(400, {"error": "invalid_scope"})
        elif self.path == "/huge":
            self.answer(200, b" " * (8 << 20))
        else:
            audience = "kafka" if self.path == "/token" else "somebody"
            self.answer(200, {"access_token": token(audience), "token_type": "Bearer", "expires_in": LIFETIME_S})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(identity)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
