#!/usr/bin/env python3
"""A worker of the tool `ship` with nothing but Python: worker.py host:port ship.creds ship"""
import base64, json, re, socket, subprocess, sys, tempfile, time, uuid

(host, port), creds, tool = sys.argv[1].split(":"), open(sys.argv[2]).read(), sys.argv[3]
jwt, seed = re.findall(r"-{3,}BEGIN[^\n]*\n\s*(\S+)\s*\n", creds)
raw = base64.b32decode(seed + "=" * (-len(seed) % 8))[2:34]  # an nkey: 2 bytes, the seed, a checksum
who = json.loads(base64.urlsafe_b64decode(jwt.split(".")[1] + "=="))["name"]
wire = socket.create_connection((host, int(port))).makefile("rwb")

def send(line, body=None):
    wire.write(line.encode() + b"\r\n" + (b"" if body is None else body.encode() + b"\r\n"))
    wire.flush()

def publish(subject, body):
    send(f"PUB {subject} {len(body.encode())}", body)

def sign(nonce):  # Ed25519 by openssl, which Python's library lacks
    der = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + raw).decode()
    with tempfile.NamedTemporaryFile("w") as key, tempfile.NamedTemporaryFile("w") as text:
        print(f"-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----", file=key, flush=True)
        print(nonce, end="", file=text, flush=True)
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key.name, "-in", text.name]
        return base64.urlsafe_b64encode(subprocess.check_output(command)).decode().rstrip("=")

def pull():  # one order, or a status after 5 s without one
    publish(f"$JS.API.CONSUMER.MSG.NEXT.WORK.{tool} {inbox}", '{"batch":1,"expires":5000000000}')

info = json.loads(wire.readline()[5:])
login = {"jwt": jwt, "sig": sign(info["nonce"]), "verbose": False, "headers": True, "protocol": 1}
inbox = f"_INBOX_{who}.{uuid.uuid4().hex}"
send("CONNECT " + json.dumps(login))
send(f"SUB {inbox} 1")
pull()
while line := wire.readline().decode().split():
    if line[0] == "PING":
        send("PONG")
    elif line[0] == "HMSG":  # a status: nothing came
        wire.read(int(line[-1]) + 2)
        pull()
    elif line[0] == "MSG":
        ack, order = line[3], json.loads(wire.read(int(line[-1]) + 2))
        attempt = int(ack.split(".")[-5])  # $JS.ACK.<stream>.<consumer>.<attempt>.…
        said = f"worked.{tool}.{order['id']}"
        for percent in range(0, 100, 20):
            publish(ack, "+WPI")  # alive: well within each lease
            publish(f"{said}.progress", json.dumps({"attempt": attempt, "percent": percent}))
            time.sleep(float(order["input"].get("seconds", 1)) / 5)  # the work
        result = {"attempt": attempt, "result": f"shipped to {order['input'].get('to')}"}
        publish(f"{said}.completed", json.dumps(result))
        publish(ack, "+ACK")
        pull()
