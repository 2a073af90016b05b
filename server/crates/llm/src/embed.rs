//! Texts turned into vectors by a server, for search by meaning.
//! <https://platform.openai.com/docs/api-reference/embeddings>, which most servers speak, and
//! <https://ai.google.dev/api/embeddings>.
use reqwest::Response;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::{ModelError, ModelErrorKind, Remote, Usage, Wire};

/// Texts of one request; Google takes 100, small local servers less than many thousands.
pub(crate) const MAX_BATCH_TEXTS: usize = 64;
/// Bytes of text of one request, where it holds more than one text: `OpenAI` takes 300,000 tokens.
pub(crate) const MAX_BATCH_BYTES: usize = 256 * 1024;
/// Bytes of the answer to one request: 64 vectors of 4096 numbers are some 6 MB.
pub(crate) const MAX_VECTORS_BYTES: usize = 32 * 1024 * 1024;

/// Vectors, in the order of their texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One for each text, all of the same length, all numbers finite. Whether their length is 1
    /// is the model's affair.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens of all requests together, where the server counts them.
    pub usage: Usage,
}

impl Remote {
    /// Turns texts into vectors of so many numbers, or of as many as the model gives. Each batch
    /// of texts is one request with the limits of any other; none is made again.
    ///
    /// # Errors
    /// As of a request. [`ModelErrorKind::NoModel`] if the provider has no embeddings,
    /// [`ModelErrorKind::Rejected`] if its vectors have another length than what was asked for,
    /// [`ModelErrorKind::Truncated`] if it sends something other than a vector for each text.
    pub async fn embed(
        &self,
        model: &str,
        texts: &[String],
        dimensions: Option<u32>,
    ) -> Result<Embeddings, ModelError> {
        let Some(path) = self.embedding_path() else {
            let message = format!(
                "The provider `{}` has no embeddings. Choose a model of another provider for them.",
                self.config().id
            );
            return Err(self.http.failures.error(ModelErrorKind::NoModel, message));
        };
        let mut all = Embeddings::default();
        let mut rest = texts;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(batch_length(rest));
            rest = later;
            let answer = self.embed_batch(&path, model, batch, dimensions).await?;
            all.usage.input_tokens = all.usage.input_tokens.saturating_add(answer.tokens());
            let vectors = vectors(answer, batch.len()).map_err(|why| self.not_usable(why))?;
            all.vectors.extend(vectors);
            self.check_lengths(model, &all.vectors, dimensions)?;
        }
        Ok(all)
    }

    /// Where texts go: beside where requests go. `None` if the wire format has no embeddings.
    fn embedding_path(&self) -> Option<String> {
        let config = self.config();
        let path = config.path.as_deref().unwrap_or(config.wire.path());
        let (method, embeddings) = match config.wire {
            Wire::Chat => ("/chat/completions", "/embeddings"),
            Wire::Responses => ("/responses", "/embeddings"),
            Wire::Gemini => (":streamGenerateContent", ":batchEmbedContents"),
            Wire::Messages => return None,
        };
        let base = path.strip_suffix(method).unwrap_or_default();
        Some(format!("{base}{embeddings}"))
    }

    async fn embed_batch(
        &self,
        path: &str,
        model: &str,
        texts: &[String],
        dimensions: Option<u32>,
    ) -> Result<Answer, ModelError> {
        let failures = &self.http.failures;
        let body = body(self.config().wire, model, texts, dimensions).map_err(|error| {
            let message = format!("The texts cannot be written as JSON ({error}).");
            failures.error(ModelErrorKind::Rejected, message)
        })?;
        tracing::debug!(model, texts = texts.len(), "asking for vectors");
        let response = self
            .http
            .post_to(path, model, &[], "application/json", body)
            .await?;
        let response = self.checked(response).await?;
        let total = self.config().total_timeout;
        let body = timeout(total, self.read(response))
            .await
            .map_err(|_elapsed| failures.timeout("did not finish its answer", total))??;
        if let Ok(answer) = serde_json::from_slice::<Answer>(&body) {
            return Ok(answer);
        }
        match serde_json::from_slice::<Failed>(&body) {
            Ok(_) => Err(failures.provider(&String::from_utf8_lossy(&body))),
            Err(_) => Err(failures.truncated("The server answers, but not with vectors.")),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ModelError> {
        let failures = &self.http.failures;
        let idle = self.config().idle_timeout;
        let mut body = Vec::new();
        loop {
            let read = timeout(idle, response.chunk())
                .await
                .map_err(|_elapsed| failures.timeout("sent nothing more", idle))?;
            let Some(bytes) = read.map_err(|error| failures.network(&error))? else {
                return Ok(body);
            };
            if body.len() + bytes.len() > MAX_VECTORS_BYTES {
                return Err(self.not_usable("they are too long"));
            }
            body.extend_from_slice(&bytes);
        }
    }

    fn not_usable(&self, why: &str) -> ModelError {
        let what = format!("The vectors that came are not usable: {why}.");
        self.http.failures.truncated(&what)
    }

    /// Vectors of several lengths cannot be compared, and a table of them has one.
    fn check_lengths(
        &self,
        model: &str,
        vectors: &[Vec<f32>],
        dimensions: Option<u32>,
    ) -> Result<(), ModelError> {
        let length = vectors.first().map_or(0, Vec::len);
        if vectors.iter().any(|vector| vector.len() != length) {
            return Err(self.not_usable("their lengths differ"));
        }
        match dimensions {
            Some(asked) if usize::try_from(asked) != Ok(length) => {
                let message = format!(
                    "The model `{model}` gives vectors of {length} numbers and not of {asked}. \
                     Ask for {length}, or choose another model."
                );
                Err(self.http.failures.error(ModelErrorKind::Rejected, message))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// How many of the texts go into the next request: at least one.
fn batch_length(texts: &[String]) -> usize {
    let mut bytes = 0_usize;
    let fits = texts.iter().take(MAX_BATCH_TEXTS).take_while(|text| {
        bytes = bytes.saturating_add(text.len());
        bytes <= MAX_BATCH_BYTES
    });
    fits.count().max(1)
}

fn body(
    wire: Wire,
    model: &str,
    texts: &[String],
    dimensions: Option<u32>,
) -> Result<Vec<u8>, serde_json::Error> {
    match wire {
        Wire::Chat | Wire::Responses | Wire::Messages => serde_json::to_vec(&Body {
            model,
            input: texts,
            encoding_format: "float",
            dimensions,
        }),
        Wire::Gemini => {
            let name = model.strip_prefix("models/").unwrap_or(model);
            let requests = texts.iter().map(|text| GoogleRequest {
                model: format!("models/{name}"),
                content: GoogleContent {
                    parts: [GoogleText { text }],
                },
                output_dimensionality: dimensions,
            });
            serde_json::to_vec(&GoogleBody {
                requests: requests.collect(),
            })
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
}

#[derive(Serialize)]
struct GoogleBody<'a> {
    requests: Vec<GoogleRequest<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoogleRequest<'a> {
    model: String,
    content: GoogleContent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimensionality: Option<u32>,
}

#[derive(Serialize)]
struct GoogleContent<'a> {
    parts: [GoogleText<'a>; 1],
}

#[derive(Serialize)]
struct GoogleText<'a> {
    text: &'a str,
}

/// The answer, in `OpenAI`'s words or in Google's.
#[derive(Deserialize)]
struct Answer {
    #[serde(alias = "embeddings")]
    data: Vec<Vector>,
    #[serde(default, alias = "usageMetadata")]
    usage: serde_json::Value,
}

impl Answer {
    fn tokens(&self) -> u64 {
        ["prompt_tokens", "promptTokenCount"]
            .iter()
            .find_map(|name| self.usage.get(name)?.as_u64())
            .unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Vector {
    #[serde(default)]
    index: Option<usize>,
    #[serde(alias = "values")]
    embedding: Vec<f32>,
}

/// An error that came with a status that says that all is well.
#[derive(Deserialize)]
struct Failed {
    #[serde(rename = "error")]
    _error: serde_json::Value,
}

/// The vectors in the order of their texts, or why they are not usable.
fn vectors(answer: Answer, count: usize) -> Result<Vec<Vec<f32>>, &'static str> {
    if answer.data.len() != count {
        return Err("there is not one for each text");
    }
    let mut ordered = vec![Vec::new(); count];
    for (at, vector) in answer.data.into_iter().enumerate() {
        if vector.embedding.is_empty() {
            return Err("one is empty");
        }
        // A number too large for its type is infinite.
        if !vector.embedding.iter().all(|number| number.is_finite()) {
            return Err("one holds a number that is none");
        }
        match ordered.get_mut(vector.index.unwrap_or(at)) {
            Some(place) if place.is_empty() => *place = vector.embedding,
            Some(_) => return Err("two are for the same text"),
            None => return Err("one is for no text"),
        }
    }
    Ok(ordered)
}
