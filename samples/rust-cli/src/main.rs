//! Prints the most frequent words of a text.

use std::process::ExitCode;

mod count;

const USAGE: &str = "usage: topwords [--top N] --text TEXT\n       topwords --help";

struct Options {
    top: usize,
    text: String,
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut top = 5;
    let mut text = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" => return Ok(None),
            "--top" => top = value()?.parse().map_err(|_| "--top needs a number".to_string())?,
            "--text" => text = Some(value()?),
            other => return Err(format!("unknown argument {other}")),
        }
    }
    match text {
        Some(text) => Ok(Some(Options { top, text })),
        None => Err("no text given".to_string()),
    }
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)) {
        Ok(Some(options)) => {
            for (word, times) in count::most_frequent(&options.text, options.top) {
                println!("{times} {word}");
            }
            ExitCode::SUCCESS
        }
        Ok(None) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("topwords: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
