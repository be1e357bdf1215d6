//! Serves a site on this machine, for `segc docs --serve`.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};

use tiny_http::{Header, Method, Request, Response};

use crate::artifact::Artifacts;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostic;

use super::problems::CannotServe;

/// A server that only this machine can reach.
pub(super) struct Server {
    server: tiny_http::Server,
    address: String,
}

impl Server {
    /// Takes a port of this machine; any free one for 0.
    pub(super) fn open(port: u16) -> Result<Self, Diagnostic> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let refused = |why: String| Diagnostic::from(CannotServe { span: None, port, why });
        let server = tiny_http::Server::http(address).map_err(|error| refused(error.to_string()))?;
        let address = server.server_addr().to_ip().unwrap_or(address);
        Ok(Self { server, address: format!("http://{address}/") })
    }

    /// Answers requests until the process is ended.
    pub(super) fn serve(&self, site: &Artifacts, terminal: &mut Terminal) -> Result<(), Diagnostic> {
        // Where stderr is gone, there is nobody to tell.
        let _ = writeln!(terminal.err, "serving {}; end with Ctrl-C", self.address);
        for request in self.server.incoming_requests() {
            answer(request, site);
        }
        Ok(())
    }
}

/// Sends a file. A browser that has gone misses it.
fn answer(request: Request, site: &Artifacts) {
    let path = path(request.url());
    let is_read = matches!(request.method(), Method::Get | Method::Head);
    let _ = match site.files.get(&path).filter(|_| is_read) {
        Some(text) => {
            let response = Response::from_string(text.as_str());
            let headers = [
                ("Content-Type", kind(&path)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ];
            let headers =
                headers.into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok());
            request.respond(headers.fold(response, Response::with_header))
        }
        None => request.respond(Response::from_string("There is no such page.\n").with_status_code(404)),
    };
}

/// The path of the file that a URL asks for.
fn path(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let coded = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(coded.unwrap_or(first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    if path.is_empty() || path.ends_with('/') { path + "index.html" } else { path }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn urls_are_paths_of_files() {
        for (url, wanted) in [
            ("/", "index.html"),
            ("/segments/vip.html?x#y", "segments/vip.html"),
            ("/segments/", "segments/index.html"),
            ("/a%20b%2", "a b%2"),
            ("/%c3%a9", "é"),
            ("/%+1", "%+1"),
        ] {
            assert_eq!(path(url), wanted, "{url}");
        }
    }
}
