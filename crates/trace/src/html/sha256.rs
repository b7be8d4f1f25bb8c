//! The sum by which a browser knows a script that may run: SHA-256, as FIPS 180-4 has it.

/// The first 64 primes: all constants are parts of their roots.
const fn primes() -> [u128; 64] {
    let (mut primes, mut n, mut it) = ([0; 64], 0, 2);
    while n < 64 {
        let (mut is_prime, mut by) = (true, 2);
        while by * by <= it {
            is_prime &= it % by != 0;
            by += 1;
        }
        if is_prime {
            primes[n] = it;
            n += 1;
        }
        it += 1;
    }
    primes
}

/// The first 32 bits after the point of the root of this degree of `number`.
const fn root(number: u128, degree: u32) -> u32 {
    let (mut low, mut high) = (0, 1 << 40);
    while low + 1 < high {
        let middle: u128 = (low + high) / 2;
        if middle.pow(degree) <= number << (32 * degree) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low & 0xffff_ffff) as u32
}

/// The sum of `bytes`.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let primes = primes();
    let constants = primes.map(|it| root(it, 3));
    let mut sum: [u32; 8] = std::array::from_fn(|it| root(primes[it], 2));
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    if padded.len() < bytes.len() + 9 {
        padded.resize(padded.len() + 64, 0);
    }
    let end = padded.len() - 8;
    padded[end..].copy_from_slice(&(8 * bytes.len() as u64).to_be_bytes());
    for block in padded.chunks_exact(64) {
        mix(&mut sum, block, &constants);
    }
    let mut told = [0; 32];
    for (part, word) in told.chunks_exact_mut(4).zip(sum) {
        part.copy_from_slice(&word.to_be_bytes());
    }
    told
}

/// Mixes a block into the sum.
fn mix(sum: &mut [u32; 8], block: &[u8], constants: &[u32; 64]) {
    let mut words = [0_u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |it, byte| it << 8 | u32::from(*byte));
    }
    let turned = |it: u32, by: [u32; 3]| by.map(|by| it.rotate_right(by));
    for place in 16..64 {
        let [a, b, _] = turned(words[place - 15], [7, 18, 0]);
        let [c, d, _] = turned(words[place - 2], [17, 19, 0]);
        let first = a ^ b ^ (words[place - 15] >> 3);
        let second = c ^ d ^ (words[place - 2] >> 10);
        words[place] = words[place - 16]
            .wrapping_add(first)
            .wrapping_add(words[place - 7])
            .wrapping_add(second);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *sum;
    for (word, constant) in words.into_iter().zip(constants) {
        let turned_e = turned(e, [6, 11, 25]).into_iter().fold(0, |it, next| it ^ next);
        let chosen = (e & f) ^ (!e & g);
        let one = h
            .wrapping_add(turned_e)
            .wrapping_add(chosen)
            .wrapping_add(*constant)
            .wrapping_add(word);
        let turned_a = turned(a, [2, 13, 22]).into_iter().fold(0, |it, next| it ^ next);
        let most = (a & b) ^ (a & c) ^ (b & c);
        let two = turned_a.wrapping_add(most);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
    }
    for (word, more) in sum.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(more);
    }
}

#[cfg(test)]
mod tests {
    use super::sha256;

    fn told(text: &str) -> String {
        sha256(text.as_bytes()).iter().map(|it| format!("{it:02x}")).collect()
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(told(""), empty);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(told("abc"), abc);
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        let two_blocks = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
        assert_eq!(told(long), two_blocks);
    }
}
