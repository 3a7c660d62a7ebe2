fn main() {
    let pages = std::fs::read_to_string("templates/index.html").expect("no page");
    println!("{pages}, {}", include_str!("../NOTICE"));
}
