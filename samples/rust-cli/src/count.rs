use std::collections::HashMap;

/// The `top` most frequent words of `text`, most frequent first, ties in alphabetical order.
pub fn most_frequent(text: &str, top: usize) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    let mut words: Vec<_> = counts.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(top);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_alphabetical() {
        assert_eq!(most_frequent("b a b a c", 2), [("a".into(), 2), ("b".into(), 2)]);
    }
}
