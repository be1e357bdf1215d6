//! `segc docs --serve`: the same files by HTTP, from a process that is ended.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use super::SHOP;

/// A server that ends with its test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(port: &str) -> (Served, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    let arguments = ["-C", SHOP, "docs", "high_value", "--no-data", "--serve", "--port", port];
    let mut child = command.args(arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    lines.read_line(&mut said).expect("it says where");
    (Served(child), said)
}

/// The status line, the headers and the body of an answer.
fn ask(address: &str, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn a_site_is_served_until_the_process_ends() {
    let (served, said) = serve("0");
    let address =
        said.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect(&said).to_owned();
    assert!(address.starts_with("127.0.0.1:"), "only for this machine: {said}");
    let page = ask(&address, "GET", "/segments/high_value.html?x=1");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("text/html; charset=utf-8"), "{page}");
    assert!(page.contains("<h1>high_value</h1>"), "{page}");
    assert!(ask(&address, "GET", "/").contains("<title>Overview"));
    assert!(ask(&address, "GET", "/assets/site.css").contains("text/css"));
    assert!(ask(&address, "GET", "/../../etc/passwd").starts_with("HTTP/1.1 404"));
    assert!(ask(&address, "POST", "/").starts_with("HTTP/1.1 404"));

    let port = address.rsplit(':').next().expect("a port").to_owned();
    let (mut second, said) = serve(&port);
    assert!(said.contains("SEG852"), "{said}");
    assert_eq!(second.0.wait().expect("it ends").code(), Some(2));
    drop(served);
}
