//! The format of the encrypted file: what is in it can be read and changed with the passphrase
//! only.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `ASIDEKEY` |
//! | 1 | the format, 1 |
//! | 1 | how the key is derived: 1 is Argon2id, version 0x13 |
//! | 4, 4, 4 | its memory in KiB, its passes and its lanes, big-endian |
//! | 16 | its salt |
//! | 16 | the first half of HMAC-SHA-256(derived key, `check`), which tells a wrong passphrase from a damaged file |
//! | 12 | the nonce |
//! | … | AES-256-GCM of the content under HMAC-SHA-256(derived key, `seal`), its tag at the end |
//!
//! All that comes before the content is authenticated with it. Salt and nonce are new at each
//! write. Argon2id: RFC 9106; its cost is the first that OWASP's cheat sheet on password storage
//! names. AES-GCM: NIST SP 800-38D.
use argon2::{Algorithm, Argon2, Params, Version};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::Passphrase;

/// The most memory that a file may ask for: a crafted one must not bring the machine down.
pub(crate) const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// The most passes that a file may ask for.
pub(crate) const MAX_PASSES: u32 = 16;
/// The most lanes that a file may ask for.
const MAX_LANES: u32 = 16;

const MAGIC: &[u8; 8] = b"ASIDEKEY";
const FORMAT: u8 = 1;
const ARGON2ID: u8 = 1;
const SALT_LEN: usize = 16;
const CHECK_LEN: usize = 16;
const KEY_LEN: usize = 32;
const HEADER_LEN: usize = 8 + 1 + 1 + 3 * 4 + SALT_LEN + CHECK_LEN + NONCE_LEN;

/// How hard it is to try a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    /// In KiB.
    pub(crate) memory: u32,
    /// Over the memory.
    pub(crate) passes: u32,
    /// Which may be filled at the same time.
    pub(crate) lanes: u32,
}

impl Cost {
    /// What is written.
    pub(crate) const USUAL: Self = Self {
        memory: 19 * 1024,
        passes: 2,
        lanes: 1,
    };

    /// So little that tests need not wait.
    #[cfg(test)]
    pub(crate) const TEST: Self = Self {
        memory: 8,
        passes: 1,
        lanes: 1,
    };

    fn is_allowed(self) -> bool {
        (1..=MAX_LANES).contains(&self.lanes)
            && (8 * self.lanes..=MAX_MEMORY_KIB).contains(&self.memory)
            && (1..=MAX_PASSES).contains(&self.passes)
    }
}

/// Why nothing could be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealError {
    /// The bytes are not of this format.
    Damaged(&'static str),
    /// A newer format.
    Newer(u8),
    /// The passphrase is another one.
    WrongPassphrase,
    /// The system gives no random numbers.
    NoRandom,
}

/// Encrypts this.
pub(crate) fn seal(
    content: &[u8],
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<Vec<u8>, SealError> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT_LEN];
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut salt).map_err(|_| SealError::NoRandom)?;
    random.fill(&mut nonce).map_err(|_| SealError::NoRandom)?;
    let derived = derive(passphrase, &salt, cost)?;

    let mut sealed = Vec::with_capacity(HEADER_LEN + content.len() + AES_256_GCM.tag_len());
    sealed.extend_from_slice(MAGIC);
    sealed.extend_from_slice(&[FORMAT, ARGON2ID]);
    for number in [cost.memory, cost.passes, cost.lanes] {
        sealed.extend_from_slice(&number.to_be_bytes());
    }
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&derived.check);
    sealed.extend_from_slice(&nonce);

    let mut body = Zeroizing::new(Vec::with_capacity(content.len() + AES_256_GCM.tag_len()));
    body.extend_from_slice(content);
    let nonce = Nonce::assume_unique_for_key(nonce);
    derived
        .key()?
        .seal_in_place_append_tag(nonce, Aad::from(&sealed[..]), &mut *body)
        .map_err(|_| SealError::Damaged("it is too long to be encrypted"))?;
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// Decrypts what [`seal`] made; any changed bit is an error.
pub(crate) fn open(
    sealed: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let header = Header::read(sealed)?;
    let derived = derive(passphrase, &header.salt, header.cost)?;
    // Which passphrases are wrong is no secret, so this comparison needs no constant time.
    if derived.check != header.check {
        return Err(SealError::WrongPassphrase);
    }
    let (head, body) = sealed
        .split_at_checked(HEADER_LEN)
        .ok_or(SealError::Damaged(TOO_SHORT))?;
    let mut body = Zeroizing::new(body.to_vec());
    let nonce = Nonce::assume_unique_for_key(header.nonce);
    let length = derived
        .key()?
        .open_in_place(nonce, Aad::from(head), &mut body)
        .map_err(|_| SealError::Damaged("its content was changed or cut off"))?
        .len();
    body.truncate(length);
    Ok(body)
}

const TOO_SHORT: &str = "it is too short";

struct Header {
    cost: Cost,
    salt: [u8; SALT_LEN],
    check: [u8; CHECK_LEN],
    nonce: [u8; NONCE_LEN],
}

impl Header {
    fn read(sealed: &[u8]) -> Result<Self, SealError> {
        let mut rest = sealed;
        if take::<8>(&mut rest)? != *MAGIC {
            return Err(SealError::Damaged("it is not a file of keys"));
        }
        let [format] = take(&mut rest)?;
        if format > FORMAT {
            return Err(SealError::Newer(format));
        }
        if format != FORMAT {
            return Err(SealError::Damaged("its format is unknown"));
        }
        if take(&mut rest)? != [ARGON2ID] {
            return Err(SealError::Damaged("its way to derive a key is unknown"));
        }
        let mut number = || take::<4>(&mut rest).map(u32::from_be_bytes);
        let cost = Cost {
            memory: number()?,
            passes: number()?,
            lanes: number()?,
        };
        if !cost.is_allowed() {
            return Err(SealError::Damaged("it asks for too much memory or time"));
        }
        Ok(Self {
            cost,
            salt: take(&mut rest)?,
            check: take(&mut rest)?,
            nonce: take(&mut rest)?,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SealError> {
    let (first, others) = rest
        .split_first_chunk::<N>()
        .ok_or(SealError::Damaged(TOO_SHORT))?;
    *rest = others;
    Ok(*first)
}

/// What a passphrase becomes.
struct Derived {
    seal: Zeroizing<[u8; KEY_LEN]>,
    check: [u8; CHECK_LEN],
}

impl Derived {
    fn key(&self) -> Result<LessSafeKey, SealError> {
        UnboundKey::new(&AES_256_GCM, &*self.seal)
            .map(LessSafeKey::new)
            .map_err(|_| SealError::Damaged("its key has a wrong length"))
    }
}

fn derive(passphrase: &Passphrase, salt: &[u8], cost: Cost) -> Result<Derived, SealError> {
    let wrong = |_| SealError::Damaged("its cost is not one of Argon2id");
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(KEY_LEN)).map_err(wrong)?;
    let mut derived = Zeroizing::new([0; KEY_LEN]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, &mut *derived)
        .map_err(wrong)?;
    let derived = hmac::Key::new(hmac::HMAC_SHA256, &*derived);
    let mut seal = Zeroizing::new([0; KEY_LEN]);
    seal.copy_from_slice(hmac::sign(&derived, b"seal").as_ref());
    let mut check = [0; CHECK_LEN];
    check.copy_from_slice(&hmac::sign(&derived, b"check").as_ref()[..CHECK_LEN]);
    Ok(Derived { seal, check })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &[u8] = br#"{"openai":"sk-1234567890"}"#;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    fn sealed() -> Vec<u8> {
        seal(CONTENT, &passphrase("open sesame"), Cost::TEST).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_passphrase_only() {
        let sealed = sealed();
        let opened = open(&sealed, &passphrase("open sesame")).unwrap();
        assert_eq!(*opened, CONTENT);
        for wrong in ["open sesam", "open sesame ", "Open sesame", "x"] {
            let error = open(&sealed, &passphrase(wrong)).unwrap_err();
            assert_eq!(error, SealError::WrongPassphrase, "{wrong:?}");
        }
        let part = |text: &str| sealed.windows(text.len()).any(|it| it == text.as_bytes());
        assert!(!part("sk-1") && !part("openai") && !part("sesame"));
    }

    #[test]
    fn the_usual_cost_is_one_that_is_allowed() {
        assert!(Cost::USUAL.is_allowed());
        let sealed = seal(b"", &passphrase("p"), Cost::USUAL).unwrap();
        assert_eq!(*open(&sealed, &passphrase("p")).unwrap(), b"");
    }

    #[test]
    fn nothing_is_used_twice() {
        let (one, two) = (sealed(), sealed());
        let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        // The magic, two bytes and the cost are the same, and of the rest what chance gives.
        assert!(same < 22 + 16, "{same} of {} bytes", one.len());
    }

    #[test]
    fn a_flipped_bit_anywhere_is_an_error() {
        let whole = sealed();
        let known = passphrase("open sesame");
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                assert!(open(&bytes, &known).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn what_is_cut_or_longer_is_an_error() {
        let whole = sealed();
        let known = passphrase("open sesame");
        for length in 0..whole.len() {
            assert!(open(&whole[..length], &known).is_err(), "{length} bytes");
        }
        let longer = [&whole[..], b"\0"].concat();
        assert!(open(&longer, &known).is_err());
        assert!(open(&[], &known).is_err());
        assert!(open(&whole[1..], &known).is_err());
    }

    #[test]
    fn a_crafted_cost_is_refused_before_anything_is_done() {
        let too_much = SealError::Damaged("it asks for too much memory or time");
        for (memory, passes, lanes) in [
            (u32::MAX, 1, 1),
            (MAX_MEMORY_KIB + 1, 1, 1),
            (8, u32::MAX, 1),
            (8, MAX_PASSES + 1, 1),
            (8, 0, 1),
            (0, 1, 1),
            (8, 1, 0),
            (8, 1, u32::MAX),
            (MAX_MEMORY_KIB, 1, MAX_LANES + 1),
            (8, 1, 2),
        ] {
            let mut bytes = sealed();
            for (at, number) in [(10, memory), (14, passes), (18, lanes)] {
                bytes[at..at + 4].copy_from_slice(&u32::to_be_bytes(number));
            }
            let error = open(&bytes, &passphrase("open sesame")).unwrap_err();
            assert_eq!(error, too_much, "{memory} {passes} {lanes}");
        }
    }

    #[test]
    fn newer_and_unknown_formats_are_told_apart() {
        let check = |at: usize, byte: u8, expect: SealError| {
            let mut bytes = sealed();
            bytes[at] = byte;
            assert_eq!(open(&bytes, &passphrase("p")).unwrap_err(), expect);
        };
        check(8, 2, SealError::Newer(2));
        check(8, 255, SealError::Newer(255));
        check(8, 0, SealError::Damaged("its format is unknown"));
        let unknown = SealError::Damaged("its way to derive a key is unknown");
        check(9, 2, unknown);
    }
}
