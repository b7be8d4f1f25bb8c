//! Bytes as text, as a browser reads them.

/// `bytes` as RFC 4648 has them.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number =
            group.iter().chain([&0, &0]).take(3).fold(0, |it, byte| it << 8 | u32::from(*byte));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_become_the_text_that_the_standard_has() {
        let words = ["", "a", "is", "run", "loop", "boucle"];
        let texts = words.map(|it| base64(it.as_bytes()));
        let expected = ["", "YQ==", "aXM=", "cnVu", "bG9vcA==", "Ym91Y2xl"];
        assert_eq!(texts, expected);
    }
}
