//! TLS, both ways: whom a client trusts, and who a server is.

use std::io;
use std::sync::Arc;

use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use futures_rustls::{TlsAcceptor, TlsConnector};

/// What a server speaks, its favorite first.
const HTTP_2_OR_1: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Whom this system trusts. What cannot be read is left out.
pub fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// A client that trusts `roots`, and speaks HTTP/1.
pub fn connector(roots: RootCertStore) -> TlsConnector {
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config).into()
}

/// A server with this chain of certificates and this key, both as PEM.
///
/// # Errors
///
/// If they are no such thing, or do not belong together.
pub fn acceptor(certificates: &[u8], key: &[u8]) -> io::Result<TlsAcceptor> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
        .collect::<Result<_, _>>()
        .map_err(|error| io::Error::other(format!("not a chain of certificates: {error}")))?;
    if chain.is_empty() {
        return Err(io::Error::other("not a chain of certificates: it has none"));
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| io::Error::other(format!("not a private key: {error}")))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = HTTP_2_OR_1.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config).into())
}
