"""A web server with hand-written documents: `series7_server.py`; prints where it listens as its first line.

Python's http.server is what answers: HTTP/1.0, the end of the connection ends a document. Synthetic: no document here is of a real
unit.
"""

import base64
import http.server

WRITTEN = """<?xml version='1.0' encoding="utf-8"?>
<!-- synthetic, written by hand -->
<?page refresh="15"?>
<server host='rack &lt;7&gt; &amp; &quot;8&quot;' firmware="3.x">
  <devices
  ><device type='x' id="A1" name="Rat&#39;s nest"  >
    <field key = "Amps-A" value="5.40"/><field value='2310' key='RealPower-A'></field>
    <field key="KWatt-hrs-Total" value="1800.120"/><field key="Pwr-Factor%-A" value="97"/>
    <field key="TempC" value="25.95"/><field key="Mystery" value="42"/>
    <alarms><alarm text="a &gt; b"/></alarms>
    <outlets>
      <o1 num="1" name="Router &#x26; Co." status="On" amps="0.5" watts="110" kwatthrs="12.345"/>
      <anything status="Off" num="2" name="&lt;script&gt;" amps="n/a"><!-- nothing --></anything>
      <outlet num="3" status="Tripped"/>
    </outlets>
  </device></devices>
</server>
"""
BOMB = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><server host="&d;"/>'
CONFIGURATION = """<?xml version="1.0"?><other-unit><unit serial="X"/></other-unit>"""

PAGES = {
    "plain": WRITTEN.encode(),
    "marked": b"\xef\xbb\xbf" + WRITTEN.replace("\n", "\r\n").encode(),
    "bomb": BOMB.encode(),
    "half": WRITTEN.encode()[:400],
    "deep": b"<a>" * 10_000,
    "latin": WRITTEN.replace("utf-8", "ISO-8859-1").replace("Router", "R\u00f6uter").encode("latin-1"),
    "long": None,
    "moved": None,
    "missing": None,
    "guarded": WRITTEN.encode(),
}
CREDENTIALS = "Basic " + base64.b64encode(b"guest:g_1").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    """One page a server, by its name."""

    page = "plain"
    unasked = 0

    def do_GET(self):
        kind = type(self)
        if kind.page == "guarded" and self.headers["Authorization"] != CREDENTIALS:
            kind.unasked += self.headers["Authorization"] is not None
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="hand"')
            self.end_headers()
            return
        if kind.page == "moved":
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.99/data.xml")
            self.end_headers()
            return
        if kind.page == "missing" or self.path != "/data.xml":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        if kind.page == "long":
            self.endless()
            return
        self.wfile.write(PAGES[kind.page])

    def endless(self):
        self.wfile.write(b"<server>")
        try:
            for _ in range(10_000):
                self.wfile.write(b"<!-- " + b"x" * 10_000 + b" -->")
        except OSError:
            pass  # the reader has had enough

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    import sys

    Handler.page = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
