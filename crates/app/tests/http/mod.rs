//! A small HTTP/1.1 client over one kept connection, and a port that is free: enough to drive the program as
//! fast as it answers, with nothing between that could repeat a request by itself.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// A connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
    headers: String,
    /// What the last answer asked to be remembered.
    pub cookie: Option<String>,
}

impl Client {
    /// Connects; `headers` go with every request, each ending in a line break.
    pub fn connect(host: SocketAddr, headers: &str) -> io::Result<Client> {
        let stream = TcpStream::connect_timeout(&host, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Client {
            stream: BufReader::with_capacity(64 * 1024, stream),
            host,
            headers: headers.to_owned(),
            cookie: None,
        })
    }

    /// Asks and waits for the whole answer: status and body.
    pub fn call(&mut self, method: &str, path: &str, more: &str, body: &str) -> io::Result<(u16, String)> {
        let Client { host, headers, .. } = self;
        let length = body.len();
        let kind = if body.starts_with(['{', '[']) { "json" } else { "x-www-form-urlencoded" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{more}Content-Type: application/{kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let broken = || io::Error::other("not an HTTP answer");
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(broken)?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = line.trim_end();
            let line = text.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| broken())?;
            }
            if line.starts_with("set-cookie:") {
                let cookie = text["set-cookie:".len()..].split(';').next().unwrap_or_default();
                self.cookie = Some(cookie.trim().to_owned());
            }
            chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        while chunked {
            line.clear();
            self.stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(|_| broken())?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk)?;
            body.extend_from_slice(&chunk[..size]);
            chunked = size > 0;
        }
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// A port that nobody listens on.
pub fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("the machine has a free port")
}
