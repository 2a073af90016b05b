//! What stands for a part of the user's that a model cannot read.
use crate::{ModelFacts, UserPart};

/// A picture that the model cannot see.
const PICTURE: &str = "[A picture was left out here: this model does not see pictures.]";
/// A document that the model cannot read.
const DOCUMENT: &str = "was left out here: this model does not read PDF files.]";

/// The text that is sent in place of the part; `None` if the model reads it as it is.
pub(in crate::wire) fn left_out(part: &UserPart, facts: &ModelFacts) -> Option<String> {
    match part {
        UserPart::Text(_) => None,
        UserPart::Image { .. } => (!facts.vision).then(|| PICTURE.to_owned()),
        UserPart::Document { name, .. } => (!facts.pdf).then(|| match name {
            Some(name) => format!("[The document {name:?} {DOCUMENT}"),
            None => format!("[A document {DOCUMENT}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_read_is_left_out() {
        let able = ModelFacts::default();
        let unable = ModelFacts {
            vision: false,
            pdf: false,
            ..able
        };
        let document = |name: Option<&str>| UserPart::Document {
            mime_type: "application/pdf".into(),
            data: "AAAA".into(),
            name: name.map(str::to_owned),
        };
        let image = UserPart::Image {
            mime_type: "image/png".into(),
            data: "AAAA".into(),
        };
        for (part, text) in [
            (UserPart::Text("a".into()), None),
            (
                image,
                Some("[A picture was left out here: this model does not see pictures.]"),
            ),
            (
                document(None),
                Some("[A document was left out here: this model does not read PDF files.]"),
            ),
            (
                document(Some("a \"b\".pdf")),
                Some(
                    "[The document \"a \\\"b\\\".pdf\" was left out here: this model does not \
                     read PDF files.]",
                ),
            ),
        ] {
            assert_eq!(left_out(&part, &able), None);
            assert_eq!(left_out(&part, &unable).as_deref(), text);
        }
    }
}
