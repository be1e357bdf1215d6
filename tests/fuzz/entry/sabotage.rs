//! Harm on demand, for the test of the harness.

use std::hint::black_box;
use std::time::Duration;

pub(super) fn sabotage(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if text.contains("panic") {
        panic!("a planted panic");
    }
    if text.contains("thread") {
        let joined = std::thread::spawn(|| panic!("a planted panic of a thread")).join();
        assert!(joined.is_ok(), "a planted panic of a thread");
    }
    if text.contains("exit") {
        std::process::exit(7);
    }
    if text.contains("stack") {
        println!("{}", endless(0));
    }
    if text.contains("memory") {
        let held: Vec<Vec<u8>> = (0..100_000).map(|_| vec![1; 1 << 20]).collect();
        println!("{}", held.len());
    }
    if text.contains("work") {
        (0..100_000).for_each(|_| drop(black_box(vec![1_u8; 1 << 16])));
    }
    if text.contains("hang") {
        std::thread::sleep(Duration::from_secs(1_000_000));
    }
}

#[expect(unconditional_recursion, reason = "the stack has to end")]
fn endless(depth: u64) -> u64 {
    black_box(endless(black_box(depth + 1))) + 1
}
