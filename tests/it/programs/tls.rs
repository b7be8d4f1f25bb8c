//! TLS, both ways: boucle's server and boucle's client, with a certificate made for the test.

use std::rc::Rc;

use boucle::hyper::{HyperExecutor, HyperIo};
use boucle::net::TcpStream;
use boucle::spawn;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use futures_rustls::pki_types::ServerName;
use futures_rustls::rustls::{ClientConfig, RootCertStore};
use futures_rustls::{TlsAcceptor, TlsConnector};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use programs::tls;

use super::program::fetch::{Fetcher, Screen};
use super::program::http_server;
use super::{listener, run};

/// A server's side, and what a client must trust to speak to it.
fn certificate(name: &str) -> (TlsAcceptor, RootCertStore) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("it can be made");
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("it is a certificate");
    let acceptor = tls::acceptor(certificate.as_bytes(), key.as_bytes());
    (acceptor.expect("they belong together"), roots)
}

#[test]
fn a_document_comes_over_tls_to_one_who_trusts_its_server() {
    run(async {
        let (listener, port) = listener().await;
        let (acceptor, roots) = certificate("127.0.0.1");
        let _server = http_server::serve(listener, Some(acceptor));
        let fetcher = Fetcher::trusting(tls::connector(roots), Rc::new(Screen::default()));
        let url = format!("https://127.0.0.1:{port}/bytes/100000");
        let bodies = fetcher.all(vec![url]).await;
        assert_eq!(bodies[0].as_ref().expect("it comes").len(), 100_000);
    });
}

#[test]
fn nobody_else_gets_it() {
    run(async {
        let (listener, port) = listener().await;
        let (acceptor, _) = certificate("127.0.0.1");
        let (_, others) = certificate("127.0.0.1");
        let (elsewhere, roots_of_elsewhere) = certificate("elsewhere.example");
        let _server = http_server::serve(listener, Some(acceptor));
        let url = format!("https://127.0.0.1:{port}/");
        let failure = async |roots, url: &str| {
            let fetcher = Fetcher::trusting(tls::connector(roots), Rc::new(Screen::default()));
            let bodies = fetcher.all(vec![url.to_owned()]).await;
            bodies.into_iter().next().expect("one was asked").expect_err("it fails").to_string()
        };
        let stranger = failure(others, &url).await;
        assert_eq!(stranger, "invalid peer certificate: BadSignature");

        let (listener, port) = super::listener().await;
        let _server = http_server::serve(listener, Some(elsewhere));
        let url = format!("https://127.0.0.1:{port}/");
        let impostor = failure(roots_of_elsewhere, &url).await;
        let expected = "invalid peer certificate: certificate not valid for name \"127.0.0.1\"";
        assert!(impostor.starts_with(expected), "{impostor}");
    });
}

#[test]
fn http_2_is_agreed_on_under_tls() {
    run(async {
        let (listener, port) = listener().await;
        let (acceptor, roots) = certificate("127.0.0.1");
        let _server = http_server::serve(listener, Some(acceptor));
        let mut config =
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connector = TlsConnector::from(std::sync::Arc::new(config));

        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let name = ServerName::try_from("127.0.0.1").expect("it is an address");
        let stream = connector.connect(name, stream).await.expect("it is trusted");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut client, connection) =
            http2::handshake(HyperExecutor::new(), HyperIo::new(stream)).await.expect("it speaks");
        spawn(connection);
        let request = hyper::Request::get("https://127.0.0.1/").body(Empty::<Bytes>::new());
        let answer = client.send_request(request.expect("it is well formed")).await;
        let body = answer.expect("it answers").into_body().collect().await.expect("it is whole");
        assert_eq!(body.to_bytes(), "hello\n");
    });
}

#[test]
fn a_conversation_over_tls_keeps_its_bytes_and_its_end() {
    run(async {
        let (listener, port) = listener().await;
        let (acceptor, roots) = certificate("127.0.0.1");
        // So much that neither side can send all before the other one reads.
        let sent: Vec<u8> = (0..3_000_017_u32).map(|it| (it % 251) as u8).collect();
        let server = spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            let stream = acceptor.accept(stream).await.expect("it speaks TLS");
            let (reader, mut writer) = futures_lite::io::split(stream);
            futures_lite::io::copy(reader, &mut writer).await.expect("it holds");
            writer.close().await.expect("it is open");
        });
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let name = ServerName::try_from("127.0.0.1").expect("it is an address");
        let connector = tls::connector(roots);
        let stream = connector.connect(name, stream).await.expect("it is trusted");
        let (mut reader, mut writer) = futures_lite::io::split(stream);
        let bytes = sent.clone();
        let write = spawn(async move {
            writer.write_all(&bytes).await.expect("it holds");
            writer.close().await.expect("it is open");
        });
        let mut received = Vec::new();
        reader.read_to_end(&mut received).await.expect("it ends well");
        assert!(received == sent, "{} bytes came back", received.len());
        write.await.expect("it does not panic");
        server.await.expect("it does not panic");
    });
}

#[test]
fn a_client_that_does_not_speak_tls_is_sent_away_and_the_others_notice_nothing() {
    run(async {
        let (listener, port) = listener().await;
        let (acceptor, roots) = certificate("127.0.0.1");
        let server = http_server::serve(listener, Some(acceptor));
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("it reads");
        let mut answer = [0; 64];
        // An alert of TLS, perhaps, and the end.
        while stream.read(&mut answer).await.unwrap_or(0) > 0 {}
        let fetcher = Fetcher::trusting(tls::connector(roots), Rc::new(Screen::default()));
        let bodies = fetcher.all(vec![format!("https://127.0.0.1:{port}/")]).await;
        assert_eq!(bodies[0].as_ref().expect("it comes"), b"hello\n");
        server.close();
    });
}
