//! The files that users write: `.mcp.json` and its like, as several programs know them.
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use super::jsonc::plain;
use super::{ConfigError, Environment, Fault, Http, ServerConfig, Servers, Stdio, Transport};
use crate::config::environment::Missing;

/// Bytes of a file of servers.
pub(crate) const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Servers of one file.
pub(crate) const MAX_SERVERS: usize = 100;

/// Arguments, variables, headers or names of tools of one server.
pub(crate) const MAX_ITEMS: usize = 256;

/// Characters of a server's name.
pub(crate) const MAX_SERVER_NAME: usize = 64;

/// Seconds of a time limit.
const MAX_SECONDS: f64 = 7.0 * 24.0 * 3600.0;

/// Reads a file of servers: an object with the key `mcpServers` or `servers`, whose values have
/// the fields
///
/// - `command`, `args`, `env`, `cwd` of a program, or `url`, `headers` of a server of HTTP, and
///   `type` (`stdio`, `http`, `streamable-http` or `sse`) where both could be meant;
/// - `enabled` or `disabled`;
/// - `startTimeout`, `timeout`, `totalTimeout` in seconds, `toolTimeouts` in seconds by the names
///   of tools;
/// - `includeTools`, `excludeTools`, lists of names.
///
/// Comments and trailing commas are taken. Other fields are for other programs and are passed
/// over. A bad entry becomes a [`Fault`] and leaves the others as they are.
///
/// # Errors
/// The text is no JSON, or too long, or has no such object.
pub fn read(text: &str, origin: &str, environment: &Environment) -> Result<Servers, ConfigError> {
    if text.len() > MAX_FILE_BYTES {
        return Err(ConfigError::TooLong {
            origin: origin.to_owned(),
            limit: MAX_FILE_BYTES,
            unit: "bytes",
        });
    }
    if text.trim().is_empty() {
        return Ok(Servers::default());
    }
    let whole: Value = serde_json::from_str(&plain(text)).map_err(|error| ConfigError::Syntax {
        origin: origin.to_owned(),
        // The error's own text may hold a part of the file.
        reason: format!("line {}, column {}", error.line(), error.column()),
    })?;
    let wrong = |field: &str, reason: &str| ConfigError::Field {
        origin: origin.to_owned(),
        field: field.to_owned(),
        reason: reason.to_owned(),
    };
    let Value::Object(mut whole) = whole else {
        return Err(wrong("mcpServers", "is missing: the file is not an object"));
    };
    let mut servers = Servers::default();
    for key in ["servers", "mcpServers"] {
        let Some(entries) = whole.remove(key) else {
            continue;
        };
        let Value::Object(entries) = entries else {
            return Err(wrong(key, "must be an object"));
        };
        servers = servers.merged(read_entries(&entries, key, origin, environment)?);
    }
    Ok(servers)
}

/// Reads the entries of such an object, wherever they were written. `key` is what errors name
/// the object by.
///
/// # Errors
/// There are too many.
pub fn read_entries(
    entries: &Map<String, Value>,
    key: &str,
    origin: &str,
    environment: &Environment,
) -> Result<Servers, ConfigError> {
    if entries.len() > MAX_SERVERS {
        return Err(ConfigError::TooLong {
            origin: origin.to_owned(),
            limit: MAX_SERVERS,
            unit: "servers",
        });
    }
    let mut servers = Servers::default();
    for (name, entry) in entries {
        let reader = Reader {
            path: format!("{key}.{}", name.escape_debug()),
            origin,
            environment,
        };
        match reader.server(name, entry) {
            Ok(server) => servers.servers.push(server),
            Err(error) => servers.faults.push(Fault {
                server: name.clone(),
                origin: origin.to_owned(),
                error,
            }),
        }
    }
    Ok(servers)
}

struct Reader<'a> {
    path: String,
    origin: &'a str,
    environment: &'a Environment,
}

impl Reader<'_> {
    fn server(&self, name: &str, entry: &Value) -> Result<ServerConfig, ConfigError> {
        if name.is_empty()
            || name.chars().count() > MAX_SERVER_NAME
            || name.chars().any(char::is_control)
        {
            return Err(self.wrong("", "must be named by 1 to 64 characters that can be seen"));
        }
        let Value::Object(entry) = entry else {
            return Err(self.wrong("", "must be an object"));
        };
        let transport = self.transport(entry)?;
        let mut config = ServerConfig::new(name, transport, self.origin);
        config.enabled = match (self.flag(entry, "enabled")?, self.flag(entry, "disabled")?) {
            (Some(enabled), _) => enabled,
            (None, Some(disabled)) => !disabled,
            (None, None) => true,
        };
        if let Some(limit) = self.seconds(entry, "startTimeout")? {
            config.start_timeout = limit;
        }
        if let Some(limit) = self.seconds(entry, "timeout")? {
            config.call_timeout = limit;
        }
        if let Some(limit) = self.seconds(entry, "totalTimeout")? {
            config.total_timeout = limit;
        }
        config.tool_timeouts = self.tool_timeouts(entry)?;
        config.tools.allow = self.texts(entry, "includeTools")?;
        config.tools.deny = self.texts(entry, "excludeTools")?;
        Ok(config)
    }

    fn transport(&self, entry: &Map<String, Value>) -> Result<Transport, ConfigError> {
        let kind = self.text(entry, "type")?;
        let is_stdio = match kind.as_deref() {
            Some("stdio" | "local") => true,
            Some("http" | "streamable-http" | "streamableHttp" | "sse" | "remote") => false,
            Some(_) => return Err(self.wrong("type", "must be `stdio` or `http`")),
            None => entry.contains_key("command") || !entry.contains_key("url"),
        };
        if is_stdio {
            let Some(command) = self.text(entry, "command")?.filter(|text| !text.is_empty()) else {
                return Err(self.wrong("command", "must be the program to start"));
            };
            let cwd = self.text(entry, "cwd")?.unwrap_or_default();
            // The workspace's folder, or one that is in it; a whole path stays as it is.
            let workspace = Path::new(self.environment.workspace());
            let cwd = match cwd.as_str() {
                "" => workspace.to_owned(),
                cwd => workspace.join(cwd),
            };
            return Ok(Transport::Stdio(Stdio {
                command,
                args: self.texts(entry, "args")?,
                env: self.texts_by_name(entry, "env")?,
                cwd: (!cwd.as_os_str().is_empty()).then_some(cwd),
            }));
        }
        let url = self.text(entry, "url")?.unwrap_or_default();
        let is_http = reqwest::Url::parse(&url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_http {
            return Err(self.wrong("url", "must be a URL that begins with https:// or http://"));
        }
        let headers = self.texts_by_name(entry, "headers")?;
        for (name, value) in &headers {
            let is_good = name.parse::<reqwest::header::HeaderName>().is_ok()
                && reqwest::header::HeaderValue::from_str(value).is_ok();
            if !is_good {
                return Err(self.wrong(&format!("headers.{name}"), "cannot be a header"));
            }
        }
        Ok(Transport::Http(Http { url, headers }))
    }

    fn wrong(&self, field: &str, reason: &str) -> ConfigError {
        ConfigError::Field {
            origin: self.origin.to_owned(),
            field: self.field(field),
            reason: reason.to_owned(),
        }
    }

    fn field(&self, field: &str) -> String {
        if field.is_empty() {
            return self.path.clone();
        }
        format!("{}.{field}", self.path)
    }

    fn expanded(&self, field: &str, text: &str) -> Result<String, ConfigError> {
        self.environment
            .expand(text)
            .map_err(|missing| match missing {
                Missing::Variable(variable) => ConfigError::Variable {
                    origin: self.origin.to_owned(),
                    field: self.field(field),
                    variable,
                },
                Missing::Input => self.wrong(
                    field,
                    "asks for an input, which is not done here. Refer to an environment variable: \
                 ${env:NAME}.",
                ),
                Missing::TooLong => self.wrong(field, "is too long"),
            })
    }

    fn text(&self, entry: &Map<String, Value>, key: &str) -> Result<Option<String>, ConfigError> {
        match entry.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => self.expanded(key, text).map(Some),
            Some(_) => Err(self.wrong(key, "must be a string")),
        }
    }

    fn texts(&self, entry: &Map<String, Value>, key: &str) -> Result<Vec<String>, ConfigError> {
        let items = match entry.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= MAX_ITEMS => items,
            Some(_) => return Err(self.wrong(key, "must be a list of at most 256 strings")),
        };
        let items = items.iter().enumerate().map(|(index, item)| {
            let field = format!("{key}[{index}]");
            match item {
                Value::String(text) => self.expanded(&field, text),
                _ => Err(self.wrong(&field, "must be a string")),
            }
        });
        items.collect()
    }

    fn texts_by_name(
        &self,
        entry: &Map<String, Value>,
        key: &str,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        let mut texts = BTreeMap::new();
        for (name, value) in self.object(entry, key)? {
            let field = format!("{key}.{name}");
            let text = match value {
                Value::String(text) => self.expanded(&field, text)?,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                // Left out, as others read it.
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => {
                    return Err(self.wrong(&field, "must be a string"));
                }
            };
            if name.is_empty() || name.contains(['=', '\0']) || text.contains('\0') {
                return Err(self.wrong(&field, "cannot be given to a program"));
            }
            texts.insert(name.clone(), text);
        }
        Ok(texts)
    }

    fn tool_timeouts(
        &self,
        entry: &Map<String, Value>,
    ) -> Result<BTreeMap<String, Duration>, ConfigError> {
        let key = "toolTimeouts";
        let mut limits = BTreeMap::new();
        for (name, value) in self.object(entry, key)? {
            let Some(limit) = seconds(value) else {
                return Err(self.wrong(&format!("{key}.{name}"), NO_SECONDS));
            };
            limits.insert(name.clone(), limit);
        }
        Ok(limits)
    }

    fn object<'a>(
        &self,
        entry: &'a Map<String, Value>,
        key: &str,
    ) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, ConfigError> {
        let object = match entry.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::Object(object)) if object.len() <= MAX_ITEMS => Some(object),
            Some(_) => return Err(self.wrong(key, "must be an object of at most 256 values")),
        };
        Ok(object.into_iter().flatten())
    }

    fn flag(&self, entry: &Map<String, Value>, key: &str) -> Result<Option<bool>, ConfigError> {
        match entry.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.wrong(key, "must be true or false")),
        }
    }

    fn seconds(
        &self,
        entry: &Map<String, Value>,
        key: &str,
    ) -> Result<Option<Duration>, ConfigError> {
        match entry.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match seconds(value) {
                Some(limit) => Ok(Some(limit)),
                None => Err(self.wrong(key, NO_SECONDS)),
            },
        }
    }
}

const NO_SECONDS: &str = "must be a number of seconds, more than 0 and at most a week";

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64()?;
    let is_good = seconds > 0.0 && seconds <= MAX_SECONDS;
    is_good.then(|| Duration::from_secs_f64(seconds))
}
