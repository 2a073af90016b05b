//! A model whose requests and answers are measured: a conversation that cannot fit is not sent,
//! and where a server counts no tokens they are estimated.
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

use crate::tokens::{Calibration, Counter, count_request, estimate};
use crate::{Chunk, ChunkStream, Model, ModelError, ModelErrorKind, ModelRequest, Usage};

/// From this share of the window on, in hundredths, tokens are counted exactly where they can be.
const NEAR_PERCENT: u64 = 75;
/// How much more than the window, in hundredths of it, an estimate must be to be believed.
const DOUBT_PERCENT: u64 = 125;
/// Bytes of an answer whose tokens are estimated at once.
const ESTIMATED_AT_ONCE: usize = 4096;

/// A model that is measured.
pub struct Measured {
    model: Arc<dyn Model>,
    calibration: Arc<Mutex<Calibration>>,
}

impl Measured {
    /// Measures a model. The calibration is what its server's counts taught so far; whoever asks
    /// the same model shares it.
    #[must_use]
    pub fn new(model: Arc<dyn Model>, calibration: Arc<Mutex<Calibration>>) -> Self {
        Self { model, calibration }
    }
}

impl Model for Measured {
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        let model = Arc::clone(&self.model);
        let calibration = Arc::clone(&self.calibration);
        async move {
            let estimated = count_request(&request);
            let input = lock(&calibration).apply(estimated);
            let request = fitting(request, input).await?;
            let stream = model.stream(request).await?;
            let mut counting = Counting {
                calibration,
                estimated,
                input,
                output: 0,
                text: String::new(),
                reported: false,
            };
            let counted = stream.map(move |item| {
                item.map(|mut chunks| {
                    counting.take(&mut chunks);
                    chunks
                })
            });
            Ok(counted.boxed())
        }
        .boxed()
    }
}

fn lock(calibration: &Mutex<Calibration>) -> std::sync::MutexGuard<'_, Calibration> {
    calibration.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The request, if it fits the model's window as far as one can tell.
async fn fitting(request: ModelRequest, input: u64) -> Result<ModelRequest, ModelError> {
    let Some(window) = request.facts.context_window else {
        return Ok(request);
    };
    let hundredths = |percent: u64| window.saturating_mul(percent) / 100;
    if input < hundredths(NEAR_PERCENT) {
        return Ok(request);
    }
    let Some(tokenizer) = request.facts.tokenizer else {
        return if input > hundredths(DOUBT_PERCENT) {
            Err(too_long(input, window))
        } else {
            Ok(request)
        };
    };
    // Setting the tables up and counting take a while, and others run on this thread.
    let counted = tokio::task::spawn_blocking(move || {
        let counter = Counter::new(tokenizer);
        (counter.count_request(&request), request)
    });
    match counted.await {
        Ok((count, _)) if count > window => Err(too_long(count, window)),
        Ok((_, request)) => Ok(request),
        Err(error) => {
            let mut failed = ModelError::no_model(format!(
                "The conversation could not be measured ({error}). Send the message again."
            ));
            failed.kind = ModelErrorKind::Rejected;
            Err(failed)
        }
    }
}

fn too_long(count: u64, window: u64) -> ModelError {
    let mut error = ModelError::no_model(format!(
        "The conversation has about {count} tokens, and the model takes {window}. Go back some \
         turns, start a new session, or choose a model with a larger context window."
    ));
    error.kind = ModelErrorKind::ContextFull;
    error
}

/// Counts one answer.
struct Counting {
    calibration: Arc<Mutex<Calibration>>,
    /// Of the request, before the calibration.
    estimated: u64,
    /// Of the request, after it.
    input: u64,
    output: u64,
    /// What came and is not estimated yet.
    text: String,
    reported: bool,
}

impl Counting {
    fn take(&mut self, chunks: &mut Vec<Chunk>) {
        for chunk in &*chunks {
            match chunk {
                Chunk::Text(text)
                | Chunk::Reasoning(text)
                | Chunk::ToolCall {
                    arguments: text, ..
                } => self.text(text),
                Chunk::Usage(usage) => self.report(usage),
                Chunk::Opaque(..) | Chunk::Note(_) | Chunk::Stop(_) => {}
            }
        }
        if !self.reported && matches!(chunks.last(), Some(Chunk::Stop(_))) {
            let at = chunks.len() - 1;
            chunks.insert(at, Chunk::Usage(self.guess()));
        }
    }

    fn text(&mut self, more: &str) {
        if self.reported {
            return;
        }
        self.text.push_str(more);
        if self.text.len() >= ESTIMATED_AT_ONCE {
            self.output = self.output.saturating_add(estimate(&self.text));
            self.text.clear();
        }
    }

    fn report(&mut self, usage: &Usage) {
        // A server that only says 0 has not counted.
        if usage.input_tokens == 0 && usage.output_tokens == 0 {
            return;
        }
        self.reported = true;
        lock(&self.calibration).learn(self.estimated, usage.input_tokens);
    }

    fn guess(&mut self) -> Usage {
        let rest = std::mem::take(&mut self.text);
        Usage {
            input_tokens: self.input,
            output_tokens: self.output.saturating_add(estimate(&rest)),
            estimated: true,
            ..Usage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::{Message, ModelFacts, StopReason, Tokenizer, UserPart};

    /// Answers with these chunks.
    struct Scripted(Vec<Chunk>);

    impl Model for Scripted {
        fn stream(&self, _: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
            let reads: Vec<_> = self.0.iter().map(|chunk| Ok(vec![chunk.clone()])).collect();
            futures_util::future::ready(Ok(stream::iter(reads).boxed())).boxed()
        }
    }

    fn ask(measured: &Measured, text: &str, facts: ModelFacts) -> Result<Vec<Chunk>, ModelError> {
        let request = ModelRequest {
            messages: vec![Message::User(vec![UserPart::Text(text.into())])],
            facts,
            ..ModelRequest::new("m")
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let stream = measured.stream(request).await?;
            let reads: Vec<_> = stream.collect().await;
            Ok(reads.into_iter().flat_map(Result::unwrap).collect())
        })
    }

    fn measured(chunks: Vec<Chunk>) -> Measured {
        Measured::new(Arc::new(Scripted(chunks)), Arc::default())
    }

    fn usage(chunks: &[Chunk]) -> Vec<Usage> {
        let usages = chunks.iter().filter_map(|chunk| match chunk {
            Chunk::Usage(usage) => Some(*usage),
            _ => None,
        });
        usages.collect()
    }

    fn facts(window: u64, tokenizer: Option<Tokenizer>) -> ModelFacts {
        ModelFacts {
            context_window: Some(window),
            tokenizer,
            ..ModelFacts::default()
        }
    }

    const WORDS: &str = "one two three four five six seven eight nine ten ";

    #[test]
    fn what_a_server_does_not_count_is_estimated() {
        let answer = vec![
            Chunk::Reasoning(WORDS.repeat(300)),
            Chunk::Text(WORDS.repeat(10)),
            Chunk::Stop(StopReason::EndTurn),
        ];
        let chunks = ask(&measured(answer), &WORDS.repeat(100), ModelFacts::default()).unwrap();
        let [counted] = usage(&chunks)[..] else {
            panic!("{chunks:?}");
        };
        assert!(counted.estimated);
        assert!((800..1300).contains(&counted.input_tokens), "{counted:?}");
        assert!((2500..4000).contains(&counted.output_tokens), "{counted:?}");
        assert!(matches!(chunks.last(), Some(Chunk::Stop(_))));
    }

    #[test]
    fn what_a_server_counts_stays_and_teaches() {
        let reported = Usage {
            input_tokens: 2000,
            output_tokens: 7,
            ..Usage::default()
        };
        let measured = measured(vec![
            Chunk::Text("a".into()),
            Chunk::Usage(reported),
            Chunk::Stop(StopReason::EndTurn),
        ]);
        let text = WORDS.repeat(100);
        let chunks = ask(&measured, &text, ModelFacts::default()).unwrap();
        assert_eq!(usage(&chunks), [reported]);
        let ratio = lock(&measured.calibration).ratio();
        assert!((1.5..2.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn what_cannot_fit_is_not_sent() {
        let model = measured(vec![Chunk::Stop(StopReason::EndTurn)]);
        let text = WORDS.repeat(1000);
        for tokenizer in [None, Some(Tokenizer::O200k)] {
            let error = ask(&model, &text, facts(4000, tokenizer)).unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::ContextFull);
            assert!(error.message.contains("the model takes 4000"), "{error}");
            assert!(ask(&model, &text, facts(12_000, tokenizer)).is_ok());
        }
        // Where only an estimate is too much, the server decides.
        assert!(ask(&model, &text, facts(9000, None)).is_ok());
    }
}
