//! A host of the world over real HTTP on 127.0.0.1, for everything that cannot be called from Rust: browsers, workerd, skopeo.
//!
//! Written by hand, because the servers one can borrow are made for answers: here a connection must also hang, stall, or never
//! stop, and all of them must end when the server does.

mod connection;

use std::collections::BTreeMap;
use std::io;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::thread::JoinHandle;

use crate::http::Host;
use crate::http::Log;
use crate::http::Received;

/// A running server; dropping it ends it, and every connection to it.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

struct Shared {
    host: Box<dyn Host>,
    log: Log,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    open: BTreeMap<u64, TcpStream>,
    accepted: u64,
    ended: bool,
}

impl Server {
    /// Serves `host` on a free port.
    pub fn start(host: impl Host + 'static) -> io::Result<Self> {
        Self::start_on(0, host)
    }

    /// Serves `host` on `port` of 127.0.0.1.
    pub fn start_on(port: u16, host: impl Host + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { host: Box::new(host), log: Log::default(), connections: Mutex::default() });
        let listening = Arc::clone(&shared);
        let listener = thread::spawn(move || listening.listen(&listener));
        Ok(Self { address, shared, listener: Some(listener) })
    }

    /// `127.0.0.1:<port>`, as it stands in a reference.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:<port>`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, oldest first (the last ten thousand).
    pub fn requests(&self) -> Vec<Received> {
        self.shared.log.requests()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.end();
        // The listener notices when it is next called.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            // A panic in it has already been told on standard error.
            drop(listener.join());
        }
    }
}

impl Shared {
    /// One thread a connection: a test has a handful, a browser six.
    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            let Some(number) = self.admit(&stream) else { return };
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // An error means that the client went away, which hostile answers invite.
                drop(connection::converse(&stream, &*shared.host, &shared.log));
                shared.forget(number);
            });
        }
    }

    fn admit(&self, stream: &TcpStream) -> Option<u64> {
        let mut connections = self.connections.lock().expect("nothing panics while it holds the connections");
        if connections.ended {
            return None;
        }
        connections.accepted += 1;
        let number = connections.accepted;
        connections.open.insert(number, stream.try_clone().ok()?);
        Some(number)
    }

    fn forget(&self, number: u64) {
        let mut connections = self.connections.lock().expect("nothing panics while it holds the connections");
        if let Some(stream) = connections.open.remove(&number) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// Closing a socket wakes the thread that waits in it.
    fn end(&self) {
        let mut connections = self.connections.lock().expect("nothing panics while it holds the connections");
        connections.ended = true;
        for stream in connections.open.values() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

#[cfg(test)]
mod tests;
