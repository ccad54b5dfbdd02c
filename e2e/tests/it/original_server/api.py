"""Answers as the original Heimdex B2C API did, for the command line's tests: its routes, field names, statuses, times
without an offset, and its habits: a PUT that fails now and then, a completion whose reply is lost and that is refused
the second time. Listens on a free port of the loopback interface and prints its URL.
"""

import hashlib
import json
import re
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER = {
    "id": str(uuid.uuid4()),
    "email": "ana@example.org",
    "email_verified": True,
    "display_name": None,
    "created_at": "2025-11-03T09:00:00.123456",
    "industry": None,
}
SESSION = {
    "access_token": "access-1",
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "refresh-1",
    "user": USER,
}
LIMIT = 1 << 30
MIME_TYPES = {"video/mp4", "video/quicktime", "video/x-msvideo", "video/x-matroska", "video/webm"}
VIDEOS = {}
BYTES = {}
TROUBLE = {"puts": 1, "lost_replies": 1}


class Original(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def known(self):
        given = self.headers.get("Authorization")
        if given == "Bearer access-1":
            return True
        if given is None:
            self.answer(403, {"detail": "Not authenticated"})
        else:
            self.answer(401, {"detail": "Invalid authentication credentials"})
        return False

    def do_PUT(self):
        bytes_ = self.body()
        video = re.fullmatch(r"/uploads/videos/[^/]+/([0-9a-f-]+)\.mp4\?sig=.*", self.path)
        if video is None or "Authorization" in self.headers or "Content-Length" not in self.headers:
            return self.answer(403, {"detail": "SignatureDoesNotMatch"})
        if TROUBLE["puts"]:
            TROUBLE["puts"] -= 1
            return self.answer(503, {"detail": "SlowDown"})
        BYTES[video[1]] = bytes_
        return self.answer(200, {}, [("ETag", f'"{hashlib.md5(bytes_).hexdigest()}"')])

    def do_POST(self):
        body = json.loads(self.body() or b"null")
        if self.path == "/auth/login":
            if body["password"] != "correct horse battery staple":
                return self.answer(401, {"detail": "Invalid email or password"})
            return self.answer(200, SESSION)
        if not self.known():
            return None
        if self.path == "/videos/upload/init":
            return self.init(body)
        if self.path == "/videos/upload/complete":
            return self.complete(body)
        return self.answer(404, {"detail": "Not Found"})

    def init(self, body):
        if not 1 <= body["size_bytes"] <= LIMIT:
            error = {"type": "less_than_equal", "loc": ["body", "size_bytes"], "msg": "too large", "input": 0}
            return self.answer(422, {"detail": [error]})
        if body["mime_type"] not in MIME_TYPES:
            return self.answer(400, {"detail": "Invalid MIME type"})
        id_ = str(uuid.uuid4())
        VIDEOS[id_] = {
            "video_id": id_,
            "user_id": USER["id"],
            "title": body.get("title"),
            "description": body.get("description"),
            "mime_type": body["mime_type"],
            "size_bytes": body["size_bytes"],
            "duration_s": None,
            "state": "uploading",
            "error_text": None,
            "thumbnail_url": None,
            "created_at": "2025-11-20T10:00:00",
            "indexed_at": None,
        }
        url = f"{self.server.url}/uploads/videos/{USER['id']}/{id_}.mp4?sig=a%2Bb%3D"
        return self.answer(201, {"video_id": id_, "upload_url": url, "expires_in": 900})

    def complete(self, body):
        video = VIDEOS.get(body["video_id"])
        if video is None:
            return self.answer(404, {"detail": "Video not found"})
        if video["state"] != "uploading":
            return self.answer(400, {"detail": f"Video is in {video['state']} state"})
        if len(BYTES.get(video["video_id"], b"")) != video["size_bytes"]:
            sys.exit("completed without its bytes")
        video.update(state="indexed", duration_s=2.0, indexed_at="2025-11-20T10:01:00Z")
        if TROUBLE["lost_replies"]:
            TROUBLE["lost_replies"] -= 1
            self.close_connection = True
            return None
        reply = {"video_id": video["video_id"], "state": "validating", "message": "Processing started"}
        return self.answer(202, reply)

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"status": "healthy", "version": "0.9.0", "features": {"vision": True}})
        if not self.known():
            return None
        path, _, query = self.path.partition("?")
        if path == "/auth/me":
            return self.answer(200, USER)
        if path == "/videos":
            asked = dict(re.findall(r"(\w+)=(\d+)", query))
            limit, offset = int(asked.get("limit", 50)), int(asked.get("offset", 0))
            videos = list(VIDEOS.values())[::-1]
            return self.answer(200, {"videos": videos[offset : offset + limit], "total": len(videos)})
        found = re.fullmatch(r"/videos/([0-9a-f-]{36})(/status)?", path)
        video = VIDEOS.get(found[1]) if found else None
        if video is None:
            return self.answer(404, {"detail": "Video not found"})
        if found[2]:
            status = {key: video[key] for key in ("video_id", "state", "error_text")}
            return self.answer(200, status | {"jobs": []})
        return self.answer(200, video)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Original)
server.url = f"http://127.0.0.1:{server.server_port}"
print(server.url, flush=True)
server.serve_forever()
