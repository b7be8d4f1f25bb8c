//! Redis's protocol, RESP 2: requests are read, replies written. All that comes in is limited.

/// No request has more arguments.
pub(crate) const MAX_ARGUMENTS: usize = 4096;

/// No request has more bytes, all in all.
pub(crate) const MAX_REQUEST: usize = 1024 * 1024;

/// No line is longer: a head, or a request by hand.
const MAX_LINE: usize = 4096;

/// The first request in `input`: its arguments, and how many bytes it has. `None` if it is not there
/// yet as a whole.
///
/// An error says what is wrong. After it nobody knows where the next request would begin.
#[expect(clippy::type_complexity, reason = "each part is used where it is got")]
pub(crate) fn request(input: &[u8]) -> Result<Option<(Vec<&[u8]>, usize)>, &'static str> {
    let mut rest = input;
    let Some(head) = line(&mut rest)? else { return Ok(None) };
    let mut arguments = Vec::new();
    if let Some(n) = head.strip_prefix(b"*") {
        let n = number(n).filter(|n| *n <= MAX_ARGUMENTS as i64);
        for _ in 0..n.ok_or("invalid multibulk length")? {
            match argument(&mut rest)? {
                Some(argument) => arguments.push(argument),
                None if input.len() >= MAX_REQUEST => return Err("too big request"),
                None => return Ok(None),
            }
        }
    } else {
        // By hand, as telnet sends it.
        let words = head.split(u8::is_ascii_whitespace).filter(|it| !it.is_empty());
        arguments.extend(words);
    }
    Ok(Some((arguments, input.len() - rest.len())))
}

/// Takes an argument from the front, if it is there as a whole.
fn argument<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
    let Some(head) = line(rest)? else { return Ok(None) };
    let length = number(head.strip_prefix(b"$").ok_or("expected '$'")?);
    let length = length.and_then(|it| usize::try_from(it).ok()).filter(|it| *it <= MAX_REQUEST);
    let length = length.ok_or("invalid bulk length")?;
    if rest.len() < length + 2 {
        return Ok(None);
    }
    let (argument, behind) = rest.split_at(length);
    *rest = behind.strip_prefix(b"\r\n").ok_or("expected the end of an argument")?;
    Ok(Some(argument))
}

/// Takes a line from the front, if it is there as a whole.
fn line<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
    let window = &rest[..rest.len().min(MAX_LINE)];
    let Some(end) = window.iter().position(|it| *it == b'\n') else {
        return if rest.len() < MAX_LINE { Ok(None) } else { Err("too long line") };
    };
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
}

/// A whole number, as it stands in a head, and as people write it.
pub(crate) fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Replies that it is done.
pub(crate) fn status(output: &mut Vec<u8>, text: &str) {
    output.extend_from_slice(format!("+{text}\r\n").as_bytes());
}

/// Replies that it cannot be done.
pub(crate) fn error(output: &mut Vec<u8>, text: &str) {
    output.extend_from_slice(format!("-{text}\r\n").as_bytes());
}

/// Replies with a whole number.
pub(crate) fn integer(output: &mut Vec<u8>, n: i64) {
    output.extend_from_slice(format!(":{n}\r\n").as_bytes());
}

/// Replies with bytes.
pub(crate) fn bulk(output: &mut Vec<u8>, bytes: &[u8]) {
    output.extend_from_slice(format!("${}\r\n", bytes.len()).as_bytes());
    output.extend_from_slice(bytes);
    output.extend_from_slice(b"\r\n");
}

/// Replies that there is nothing.
pub(crate) fn nothing(output: &mut Vec<u8>) {
    output.extend_from_slice(b"$-1\r\n");
}

/// Begins a reply of `n` parts.
pub(crate) fn array(output: &mut Vec<u8>, n: usize) {
    output.extend_from_slice(format!("*{n}\r\n").as_bytes());
}
