//! What the user says of providers and models.
use std::collections::BTreeMap;

use crate::{Effort, Secret, Wire};

/// What the user says of a provider, by settings, environment and the store of keys together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderSettings {
    /// Where it is.
    pub base_url: Option<String>,
    /// Its key.
    pub key: Option<Secret>,
    /// An OAuth token, for providers that take one in place of a key.
    pub token: Option<Secret>,
    /// The wire format, where it is not the provider's usual one.
    pub wire: Option<Wire>,
    /// The organisation that requests are made for (OpenAI, GitHub Models).
    pub organization: Option<String>,
    /// The project that requests are made for (OpenAI, Vertex).
    pub project: Option<String>,
    /// The region (Vertex).
    pub location: Option<String>,
    /// The deployment (Azure OpenAI); the model's name where absent.
    pub deployment: Option<String>,
    /// The version of the API (Azure OpenAI).
    pub api_version: Option<String>,
    /// Added to each request, for gateways.
    pub headers: BTreeMap<String, Secret>,
    /// What the user says of its models, by name.
    pub models: BTreeMap<String, ModelSettings>,
}

/// What the user says of a model; what is absent is as the table has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelSettings {
    /// In tokens.
    pub context_window: Option<u64>,
    /// The most that the model can answer, in tokens.
    pub max_output: Option<u64>,
    /// Whether it sees pictures.
    pub vision: Option<bool>,
    /// Whether it calls tools.
    pub tools: Option<bool>,
    /// Whether it reasons and takes a word about how much.
    pub reasoning: Option<bool>,
    /// How much it is to think.
    pub effort: Option<Effort>,
    /// How much it is to think, in tokens.
    pub thinking_budget: Option<u32>,
    /// How freely it chooses its words, from 0 to 2.
    pub temperature: Option<f64>,
    /// US dollars for a million tokens of input.
    pub input_price: Option<f64>,
    /// US dollars for a million tokens of input from a cache.
    pub cached_input_price: Option<f64>,
    /// US dollars for a million tokens of output.
    pub output_price: Option<f64>,
}
