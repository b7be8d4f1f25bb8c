//! The data, and what the commands do with it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::value::{Score, Value, cost};
use super::wire;

/// No reply takes more, about.
const MAX_REPLY: usize = 16 * 1024 * 1024;

const NOT_A_NUMBER: &str = "ERR value is not an integer or out of range";
const NOT_A_FLOAT: &str = "ERR value is not a valid float";
const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
const TOO_LONG: &str = "ERR the reply would be too long";
const FULL: &str = "OOM command not allowed when used memory > 'maxmemory'.";

/// What all clients see.
pub(crate) struct Store {
    /// What keys and values may take.
    max_bytes: usize,
    values: HashMap<Vec<u8>, Value>,
    /// What keys and values take, by [`cost`].
    pub(crate) n_bytes: usize,
}

/// What a command does: replies, or says why it cannot.
type Done = Result<(), String>;

/// Refuses a reply that would take too much.
fn limit<'a>(pieces: impl Iterator<Item = &'a Vec<u8>>) -> Done {
    let n_bytes: usize = pieces.map(|it| cost(it)).sum();
    if n_bytes <= MAX_REPLY { Ok(()) } else { Err(TOO_LONG.to_owned()) }
}

/// Finds the value of a key as one kind, made if it is missing.
macro_rules! value_as {
    ($store:expr, $key:expr, $kind:ident) => {
        match $store.entry($key, || Value::$kind(Default::default())) {
            Value::$kind(value) => value,
            _ => return Err(WRONG_TYPE.to_owned()),
        }
    };
}

/// Finds the value of a key as one kind, if there is one.
macro_rules! found_as {
    ($store:expr, $key:expr, $kind:ident) => {
        match $store.values.get_mut($key) {
            Some(Value::$kind(value)) => Some(value),
            Some(_) => return Err(WRONG_TYPE.to_owned()),
            None => None,
        }
    };
}

impl Store {
    pub(crate) fn new(max_bytes: usize) -> Store {
        Store { max_bytes, values: HashMap::new(), n_bytes: 0 }
    }

    /// Does what a request asks for. The empty one asks for nothing.
    pub(crate) fn execute(&mut self, request: &[&[u8]], output: &mut Vec<u8>) {
        let Some((command, arguments)) = request.split_first() else { return };
        let name = String::from_utf8_lossy(command).to_ascii_uppercase();
        if let Err(error) = self.command(&name, arguments, output) {
            wire::error(output, &error);
        }
    }

    fn command(&mut self, name: &str, arguments: &[&[u8]], output: &mut Vec<u8>) -> Done {
        match (name, arguments) {
            ("PING", []) => wire::status(output, "PONG"),
            ("PING" | "ECHO", [text]) => wire::bulk(output, text),
            ("QUIT", _) | ("SELECT", [b"0"]) => wire::status(output, "OK"),
            // Clients ask before they begin. No setting is set, no command described.
            ("CONFIG", [verb, name]) if verb.eq_ignore_ascii_case(b"GET") => {
                wire::array(output, 2);
                wire::bulk(output, name);
                wire::bulk(output, b"");
            }
            ("COMMAND", _) => wire::array(output, 0),
            ("DBSIZE", []) => wire::integer(output, self.values.len() as i64),
            ("FLUSHALL" | "FLUSHDB", []) => {
                *self = Store::new(self.max_bytes);
                wire::status(output, "OK");
            }
            ("DEL", [_, ..]) => {
                let n = arguments.iter().filter(|key| self.remove(key)).count();
                wire::integer(output, n as i64);
            }
            ("SET", [key, value]) => {
                self.set(key, value)?;
                wire::status(output, "OK");
            }
            ("MSET", [_, _, ..]) if arguments.len() % 2 == 0 => {
                for pair in arguments.chunks_exact(2) {
                    self.set(pair[0], pair[1])?;
                }
                wire::status(output, "OK");
            }
            ("GET", [key]) => match found_as!(self, *key, Text) {
                Some(text) => wire::bulk(output, text),
                None => wire::nothing(output),
            },
            ("INCR", [key]) => wire::integer(output, self.increase(key)?),
            ("LPUSH" | "RPUSH", [key, items @ ..]) if !items.is_empty() => {
                wire::integer(output, self.push(key, items, name == "LPUSH")?);
            }
            ("LPOP" | "RPOP", [key]) => self.pop(key, name == "LPOP", output)?,
            ("LLEN", [key]) => {
                wire::integer(output, found_as!(self, *key, List).map_or(0, |it| it.len()) as i64);
            }
            ("LRANGE", [key, first, last]) => self.range(key, (first, last), output)?,
            ("SADD", [key, members @ ..]) if !members.is_empty() => {
                wire::integer(output, self.add(key, members)?);
            }
            ("SPOP", [key]) => self.take(key, output)?,
            ("HSET", [key, fields @ ..]) if !fields.is_empty() && fields.len() % 2 == 0 => {
                wire::integer(output, self.set_fields(key, fields)?);
            }
            ("HGET", [key, field]) => {
                match found_as!(self, *key, Hash).and_then(|it| it.get(*field)) {
                    Some(value) => wire::bulk(output, value),
                    None => wire::nothing(output),
                }
            }
            ("ZADD", [key, pairs @ ..]) if !pairs.is_empty() && pairs.len() % 2 == 0 => {
                wire::integer(output, self.rank(key, pairs)?);
            }
            ("ZPOPMIN", [key]) => self.pop_least(key, 1, output)?,
            ("ZPOPMIN", [key, n]) => {
                let n = wire::number(n).and_then(|it| usize::try_from(it).ok());
                self.pop_least(key, n.ok_or(NOT_A_NUMBER)?, output)?;
            }
            (
                "PING" | "ECHO" | "SELECT" | "CONFIG" | "DBSIZE" | "FLUSHALL" | "FLUSHDB" | "DEL"
                | "SET" | "MSET" | "GET" | "INCR" | "LPUSH" | "RPUSH" | "LPOP" | "RPOP" | "LLEN"
                | "LRANGE" | "SADD" | "SPOP" | "HSET" | "HGET" | "ZADD" | "ZPOPMIN",
                _,
            ) => {
                let name = name.to_ascii_lowercase();
                return Err(format!("ERR wrong number of arguments for '{name}' command"));
            }
            _ => {
                // Printable and short, whatever was sent.
                let name: String = name.chars().take(40).flat_map(char::escape_default).collect();
                return Err(format!("ERR unknown command '{name}'"));
            }
        }
        Ok(())
    }

    /// Makes room for pieces, if there is any left.
    fn reserve(&mut self, pieces: &[&[u8]]) -> Done {
        let n_bytes: usize = pieces.iter().map(|it| cost(it)).sum();
        if self.n_bytes + n_bytes > self.max_bytes {
            return Err(FULL.to_owned());
        }
        self.n_bytes += n_bytes;
        Ok(())
    }

    /// The value of a key, made if it is missing.
    fn entry(&mut self, key: &[u8], new: impl FnOnce() -> Value) -> &mut Value {
        if !self.values.contains_key(key) {
            self.n_bytes += cost(key);
        }
        self.values.entry(key.to_vec()).or_insert_with(new)
    }

    fn remove(&mut self, key: &[u8]) -> bool {
        let Some(value) = self.values.remove(key) else { return false };
        self.n_bytes = self.n_bytes.saturating_sub(cost(key) + value.cost());
        true
    }

    /// Gives pieces back that were taken out of a value, and the key with it if that is empty now.
    fn taken(&mut self, key: &[u8], pieces: &[&[u8]]) {
        let n_bytes: usize = pieces.iter().map(|it| cost(it)).sum();
        self.n_bytes = self.n_bytes.saturating_sub(n_bytes);
        if self.values.get(key).is_some_and(Value::is_empty) {
            self.remove(key);
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Done {
        self.reserve(&[value])?;
        self.remove(key);
        *self.entry(key, || Value::Text(Vec::new())) = Value::Text(value.to_vec());
        Ok(())
    }

    fn increase(&mut self, key: &[u8]) -> Result<i64, String> {
        let before = match found_as!(self, key, Text) {
            Some(text) => wire::number(text).ok_or(NOT_A_NUMBER)?,
            None => 0,
        };
        let after = before.checked_add(1).ok_or(NOT_A_NUMBER)?;
        self.set(key, after.to_string().as_bytes())?;
        Ok(after)
    }

    fn push(&mut self, key: &[u8], items: &[&[u8]], in_front: bool) -> Result<i64, String> {
        found_as!(self, key, List);
        self.reserve(items)?;
        let list = value_as!(self, key, List);
        for item in items {
            if in_front {
                list.push_front(item.to_vec());
            } else {
                list.push_back(item.to_vec());
            }
        }
        Ok(list.len() as i64)
    }

    fn pop(&mut self, key: &[u8], in_front: bool, output: &mut Vec<u8>) -> Done {
        let pop = if in_front { VecDeque::pop_front } else { VecDeque::pop_back };
        let Some(item) = found_as!(self, key, List).and_then(pop) else {
            wire::nothing(output);
            return Ok(());
        };
        wire::bulk(output, &item);
        self.taken(key, &[&item]);
        Ok(())
    }

    fn range(&mut self, key: &[u8], (first, last): (&[u8], &[u8]), output: &mut Vec<u8>) -> Done {
        let first = wire::number(first).ok_or(NOT_A_NUMBER)?;
        let last = wire::number(last).ok_or(NOT_A_NUMBER)?;
        let none = VecDeque::new();
        let list = found_as!(self, key, List).map_or(&none, |it| &*it);
        // From the end, if it is negative.
        let n = list.len() as i64;
        let place = |it: i64| if it < 0 { n.saturating_add(it) } else { it };
        let first = place(first).clamp(0, n);
        let end = place(last).saturating_add(1).clamp(first, n);
        let items = list.range(first as usize..end as usize);
        limit(items.clone())?;
        wire::array(output, items.len());
        for item in items {
            wire::bulk(output, item);
        }
        Ok(())
    }

    fn add(&mut self, key: &[u8], members: &[&[u8]]) -> Result<i64, String> {
        found_as!(self, key, Set);
        let mut n_new = 0;
        for member in members {
            if found_as!(self, key, Set).is_none_or(|it| !it.contains(*member)) {
                self.reserve(&[member])?;
                value_as!(self, key, Set).insert(member.to_vec());
                n_new += 1;
            }
        }
        Ok(n_new)
    }

    /// Takes any member: here it is the least, so that no chance is in it.
    fn take(&mut self, key: &[u8], output: &mut Vec<u8>) -> Done {
        let Some(member) = found_as!(self, key, Set).and_then(BTreeSet::pop_first) else {
            wire::nothing(output);
            return Ok(());
        };
        wire::bulk(output, &member);
        self.taken(key, &[&member]);
        Ok(())
    }

    fn set_fields(&mut self, key: &[u8], fields: &[&[u8]]) -> Result<i64, String> {
        found_as!(self, key, Hash);
        let mut n_new = 0;
        for pair in fields.chunks_exact(2) {
            self.reserve(pair)?;
            match value_as!(self, key, Hash).insert(pair[0].to_vec(), pair[1].to_vec()) {
                Some(before) => self.taken(key, &[pair[0], &before]),
                None => n_new += 1,
            }
        }
        Ok(n_new)
    }

    fn rank(&mut self, key: &[u8], pairs: &[&[u8]]) -> Result<i64, String> {
        found_as!(self, key, Sorted);
        // All or nothing.
        let scores: Option<Vec<_>> = pairs.chunks_exact(2).map(|it| Score::new(it[0])).collect();
        let members = pairs.chunks_exact(2).map(|it| it[1]);
        let mut n_new = 0;
        for (score, member) in scores.ok_or(NOT_A_FLOAT)?.into_iter().zip(members) {
            // Each member is kept twice.
            self.reserve(&[member, member])?;
            let sorted = value_as!(self, key, Sorted);
            match sorted.scores.insert(member.to_vec(), score) {
                Some(before) => {
                    sorted.members.remove(&(before, member.to_vec()));
                    sorted.members.insert((score, member.to_vec()));
                    self.taken(key, &[member, member]);
                }
                None => {
                    sorted.members.insert((score, member.to_vec()));
                    n_new += 1;
                }
            }
        }
        Ok(n_new)
    }

    fn pop_least(&mut self, key: &[u8], n: usize, output: &mut Vec<u8>) -> Done {
        let n = match found_as!(self, key, Sorted) {
            Some(sorted) => {
                limit(sorted.members.iter().take(n).map(|(_, member)| member))?;
                sorted.members.len().min(n)
            }
            None => 0,
        };
        wire::array(output, 2 * n);
        for _ in 0..n {
            let Some(sorted) = found_as!(self, key, Sorted) else { break };
            let Some((score, member)) = sorted.members.pop_first() else { break };
            sorted.scores.remove(&member);
            wire::bulk(output, &member);
            wire::bulk(output, score.0.to_string().as_bytes());
            self.taken(key, &[&member, &member]);
        }
        Ok(())
    }
}
