//! `update_plan`: the agent's own list of what is to be done, shown to the user.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::plan::{MAX_PLAN_ENTRIES, PlanEntry, PlanStatus};
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use serde::Deserialize;

use crate::builtin::Builtin;
use crate::text;

/// How many bytes one entry may have; a longer one is cut there.
pub(crate) const MAX_ENTRY_BYTES: usize = 500;

/// The arguments of `update_plan`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    entries: Vec<PlanEntry>,
}

pub(crate) struct UpdatePlan;

impl Builtin for UpdatePlan {
    type Args = Args;
    const NAME: &'static str = "update_plan";
    const KIND: ToolKind = ToolKind::Think;
    const DESCRIPTION: &'static str = include_str!("../descriptions/update_plan.md");
    const SCHEMA: &'static str = include_str!("../descriptions/update_plan.json");

    fn title(_: &Arguments) -> String {
        "Update the plan".to_owned()
    }

    fn effects(_: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(Vec::new())
    }

    async fn run(args: Args, _: ToolContext) -> Result<Outcome, ToolError> {
        let mut entries = args.entries;
        if entries.len() > MAX_PLAN_ENTRIES {
            return Err(ToolError(format!(
                "`entries` has {} entries; a plan may have {MAX_PLAN_ENTRIES}. Give fewer, larger steps.",
                entries.len()
            )));
        }
        if let Some(at) = entries
            .iter()
            .position(|entry| entry.text.trim().is_empty())
        {
            return Err(ToolError(format!(
                "`entries[{at}].text` is empty. Say in a line what is to be done."
            )));
        }
        for entry in &mut entries {
            entry.text = text::cut(entry.text.trim(), MAX_ENTRY_BYTES).to_owned();
        }
        let open = entries.iter();
        let open = open.filter(|entry| entry.status != PlanStatus::Completed);
        let text = match open.count() {
            0 => "The plan is updated: all is done.".to_owned(),
            open => format!("The plan is updated: {open} of {} to go.", entries.len()),
        };
        Ok(Outcome::Done(ToolOutput {
            text,
            plan: Some(entries),
            ..ToolOutput::default()
        }))
    }
}
