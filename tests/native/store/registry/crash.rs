//! Publishers that die, answers that are lost, stores that do not keep their word: on moto, through a proxy.

use super::super::proxy::{self, Fault};
use super::super::s3::{moto, program};
use super::super::{Program, models};
use super::{alias, listed};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

const MODEL: &str = "s3://models/churn";

/// Fails unless every alias leads to a model, and production to one of these lines.
fn is_served(program: &Program, slopes: &[f64]) {
    let listed = listed(program, MODEL);
    for version in listed["versions"].as_array().expect("versions") {
        assert!(version["stored"].is_u64(), "a version without its bytes: {listed}");
    }
    program.run(&["pull", "s3://models/churn@production", "-o", "pulled.edgelet"]).succeeds();
    let pulled = program.take("pulled.edgelet");
    assert!(slopes.iter().any(|&slope| pulled == models::line(slope)), "{listed}");
}

#[test]
fn a_publisher_killed_at_any_step_leaves_a_version_served() {
    let server = moto();
    let direct = program(&format!("http://127.0.0.1:{}", server.port));
    direct.place("line.edgelet", &models::line(0.0));
    let push = ["push", "line.edgelet", MODEL, "--alias", "production"];
    direct.run(&push).succeeds();
    let (mut served, mut killed) = (0.0, 0);
    let faults: [fn(usize, mpsc::Sender<()>) -> Fault; 2] = [Fault::LostRequest, Fault::LostAnswer];
    for fault in faults {
        for step in 1.. {
            let (told, lost) = mpsc::channel();
            let proxy = proxy::start(server.port, fault(step, told));
            let through = direct.with("AWS_ENDPOINT_URL", &format!("http://{}", proxy.address));
            let slope = served + 1.0;
            through.place("line.edgelet", &models::line(slope));
            let mut publisher = through.command(&push).stdout(Stdio::null()).spawn().expect("the program starts");
            let is_lost = loop {
                if lost.recv_timeout(Duration::from_millis(10)).is_ok() {
                    break true;
                }
                if publisher.try_wait().expect("a child").is_some() {
                    break false;
                }
            };
            // SIGKILL: nothing is told, nothing is cleaned up.
            publisher.kill().expect("a child");
            publisher.wait().expect("its end");
            if !is_lost {
                // It made fewer requests, so it got to its end.
                is_served(&direct, &[slope]);
                served = slope;
                break;
            }
            killed += 1;
            is_served(&direct, &[served, slope]);
            if direct.take("pulled.edgelet") == models::line(slope) {
                served = slope;
            }
        }
    }
    // The probe's three requests, alias, blob, listing, release, alias: each at least once in both ways.
    assert!(killed >= 16, "{killed}");
    // Whoever comes next is not in the way of what was left.
    direct.place("line.edgelet", &models::line(1000.0));
    direct.run(&push).succeeds();
    is_served(&direct, &[1000.0]);
    direct.run(&["gc", MODEL, "--grace", "0s"]).succeeds();
    is_served(&direct, &[1000.0]);
}

#[test]
fn a_store_that_ignores_conditions_is_not_published_to() {
    let server = moto();
    let proxy = proxy::start(server.port, Fault::NoConditions);
    let careless = program(&format!("http://{}", proxy.address));
    careless.place("line.edgelet", &models::line(1.0));
    for _ in 0..2 {
        let message = careless.run(&["push", "line.edgelet", MODEL, "--alias", "production"]).fails(1, "store");
        assert!(message.contains("cannot overwrite each other") && message.contains("If-None-Match"), "{message}");
    }
    // A file without versions needs no conditions.
    careless.run(&["push", "line.edgelet", "s3://models/line.edgelet"]).succeeds();
    let careful = program(&format!("http://127.0.0.1:{}", server.port));
    careful.place("line.edgelet", &models::line(1.0));
    careful.run(&["push", "line.edgelet", MODEL, "--alias", "production"]).succeeds();
    for arguments in [
        &["promote", "s3://models/churn@1", "--alias", "production"][..],
        &["rollback", "s3://models/churn@production", "--to", "1"],
    ] {
        careless.run(arguments).fails(1, "store");
    }
    assert_eq!(alias(&careful, MODEL, "production"), (vec![1], 1));
}
