//! Tools that are commands of the user's own, from the settings.
//!
//! What a model says never becomes a part of the command's text: arguments reach it as variables
//! of the environment, `ASIDE_ARG_` and the name, and as JSON on standard input.
use std::borrow::Cow;
use std::ffi::OsString;
use std::time::Duration;

use aside_agent::item::{ToolKind, ToolSource};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use aside_sandbox::{Network, Stdin};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::bash::{done, folder, looked};
use crate::command::touched::Touched;
use crate::command::{shell, told};
use crate::services::{Program, Services};
use crate::{arguments, text};

/// What the variables of arguments begin with.
const PREFIX: &str = "ASIDE_ARG_";
/// How many bytes the arguments of one call may have, as JSON: what a variable can hold.
pub(crate) const MAX_ARGUMENT_BYTES: usize = 96 * 1024;

/// A tool that is a command, as the settings have it.
#[derive(Debug, Clone)]
pub struct CustomSpec {
    /// The name that models call.
    pub name: String,
    /// Markdown for the model.
    pub description: String,
    /// For the shell.
    pub command: String,
    /// The JSON schema of its arguments: an object.
    pub parameters: Map<String, Value>,
    /// How long it may work; the setting of all commands where nothing is said.
    pub timeout: Option<Duration>,
    /// Whether it changes nothing, so that nobody need be asked.
    pub read_only: bool,
}

/// A tool that is a command.
pub struct CustomTool {
    spec: ToolSpec,
    custom: CustomSpec,
    services: Services,
}

impl CustomTool {
    /// A tool, ready to be called.
    pub fn new(custom: CustomSpec, services: &Services) -> Self {
        let mut schema = custom.parameters.clone();
        schema.entry("type").or_insert_with(|| "object".into());
        schema
            .entry("properties")
            .or_insert_with(|| Map::new().into());
        Self {
            spec: ToolSpec {
                name: Cow::Owned(custom.name.clone()),
                description: Cow::Owned(custom.description.clone()),
                input_schema: Value::Object(schema),
                kind: ToolKind::Execute,
                source: ToolSource::Builtin,
            },
            custom,
            services: services.clone(),
        }
    }
}

impl Tool for CustomTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, _: &Arguments) -> String {
        text::title(&format!("Run {}", self.custom.name))
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        check(&self.spec.input_schema, arguments)?;
        if self.custom.read_only {
            return Ok(Vec::new());
        }
        let cwd = folder(None, context)?;
        Ok(looked(&self.custom.command, &cwd, &self.services, context)?.effects)
    }

    fn caution(&self, _: &Arguments) -> Option<String> {
        let network = self.services.settings().network;
        self.services.caveat(network)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let checked = check(&self.spec.input_schema, &arguments);
        let (services, custom) = (self.services.clone(), self.custom.clone());
        Box::pin(async move {
            checked?;
            run(services, custom, arguments, context).await
        })
    }
}

/// What is required must be there; of which type an argument is, is the command's matter.
fn check(schema: &Value, arguments: &Arguments) -> Result<(), ToolError> {
    let required = schema.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    for name in required {
        if arguments.get(name).is_none_or(Value::is_null) {
            return Err(arguments::ArgumentError::Missing {
                field: name.to_owned(),
                expected: "a value",
            }
            .into());
        }
    }
    Ok(())
}

async fn run(
    services: Services,
    custom: CustomSpec,
    arguments: Arguments,
    context: ToolContext,
) -> Result<Outcome, ToolError> {
    let settings = services.settings();
    let cwd = folder(None, &context)?;
    let looked = looked(&custom.command, &cwd, &services, &context)?;
    let environment = environment(&arguments)?;
    let input = serde_json::to_vec(&arguments).unwrap_or_default();
    let touched = Touched::watch(&context);
    let time = custom.timeout.unwrap_or(settings.timeout);
    let program = Program {
        title: &custom.command,
        program: shell().into(),
        args: vec!["-c".into(), custom.command.clone().into()],
        cwd: cwd.absolute(),
        environment,
        stdin: Stdin::Bytes(input),
        network: match looked.network {
            true => Network::On,
            false => settings.network,
        },
        writes_workspace: !custom.read_only,
        time: time.min(settings.timeout).min(settings.background_after),
    };
    let command = services.start(program, &context).await?;
    command.follow(&context, settings.timeout).await?;
    let text = told::ended(&command.job().take_news());
    Ok(done(told::with_line(&text, &touched.told(&context))))
}

/// The variables of arguments: texts as they are, all else as JSON. A name is made of letters,
/// digits and underscores; what else is in it becomes an underscore.
fn environment(arguments: &Arguments) -> Result<Vec<(OsString, OsString)>, ToolError> {
    let mut size = 0;
    let mut variables = Vec::new();
    for (name, value) in arguments {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => continue,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        size += name.len() + text.len();
        if size > MAX_ARGUMENT_BYTES {
            return Err(ToolError(format!(
                "The arguments have more than {MAX_ARGUMENT_BYTES} bytes. Give less, or the path of a file."
            )));
        }
        if text.contains('\0') {
            return Err(ToolError(format!(
                "{name} has a zero byte in it, which no command can be given. Leave it out."
            )));
        }
        let plain = |char: char| match char.is_ascii_alphanumeric() {
            true => char,
            false => '_',
        };
        let name = name.chars().map(plain).collect::<String>();
        variables.push((format!("{PREFIX}{name}").into(), text.into()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_ARGUMENT_BYTES, environment};
    use crate::tests::object;

    fn check(arguments: serde_json::Value, expect: Result<&[(&str, &str)], &str>) {
        let made = environment(&object(arguments));
        let made = made.map_err(|error| error.to_string());
        let expect = expect.map(|pairs| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
            pairs.collect::<Vec<_>>()
        });
        assert_eq!(made, expect.map_err(str::to_owned));
    }

    #[test]
    fn arguments_become_variables() {
        check(json!({}), Ok(&[]));
        check(
            json!({"a": "x'; rm -rf $HOME", "b-c é": 5, "d": null, "e": [1, "two"], "f": true}),
            Ok(&[
                ("ASIDE_ARG_a", "x'; rm -rf $HOME"),
                ("ASIDE_ARG_b_c__", "5"),
                ("ASIDE_ARG_e", "[1,\"two\"]"),
                ("ASIDE_ARG_f", "true"),
            ]),
        );
    }

    #[test]
    fn what_no_variable_can_hold_is_refused() {
        check(
            json!({"a": "x\u{0}y"}),
            Err("a has a zero byte in it, which no command can be given. Leave it out."),
        );
        check(
            json!({"a": "x".repeat(MAX_ARGUMENT_BYTES)}),
            Err("The arguments have more than 98304 bytes. Give less, or the path of a file."),
        );
    }
}
