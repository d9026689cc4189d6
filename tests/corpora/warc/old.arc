filedesc://x.arc 0.0.0.0 20240314052500 text/plain 68
1 0 Example
URL IP-address Archive-date Content-type Archive-length

http://news.example/ 192.0.2.1 20240314052500 text/html 68
HTTP/1.1 200 OK
Content-Type: text/html
Content-Length: 5

hello
