//! Servers on loopback: programs that are killed, and tasks that are dropped, at the end of their test.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How long a server may take to start on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A server that is a program.
pub struct Process {
    child: Child,
    pub port: u16,
}

impl Process {
    /// Starts the command that `command` makes for a free port, and waits until it listens.
    pub fn start(command: impl FnOnce(u16) -> Command) -> Self {
        let port = free_port();
        let mut command = command(port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}: run `cargo xtask setup`"));
        let mut process = Self { child, port };
        process.wait_until_it_listens();
        process
    }

    fn wait_until_it_listens(&mut self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = self.child.try_wait().expect("a child to ask after");
            assert!(ended.is_none(), "the server ended: {ended:?}: run `cargo xtask setup`");
            assert!(start.elapsed() < START, "the server does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server inside of this process.
pub struct Task {
    runtime: Option<Runtime>,
    pub address: SocketAddr,
}

impl Task {
    /// Runs the server that `serve` makes of a listener on a free port.
    pub fn start<F>(serve: impl FnOnce(tokio::net::TcpListener) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let address = listener.local_addr().expect("its address");
        runtime.spawn(serve(listener));
        Self { runtime: Some(runtime), address }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A file of the repository's set-up that a test cannot do without.
pub fn installed(path: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(path.exists(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
