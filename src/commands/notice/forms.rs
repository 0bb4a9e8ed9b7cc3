//! The forms in which a notice is sent: what a channel of Slack or Teams shows, or a document for programs.

use serde_json::{Value, json};

use super::{Notice, Reminder, SCHEMA};
use crate::config::NotifyForm;

/// The body of the webhook's request.
pub(super) fn body(form: NotifyForm, notices: &[Notice], reminders: &[Reminder]) -> Value {
    let message = Message { notices, reminders };
    match form {
        // `text` for whatever reads only that, the rest for programs.
        NotifyForm::Json => json!({
            "schema": SCHEMA,
            "text": message.text(str::to_owned, |link| format!("Report: {link}")),
            "runs": notices,
            "reminders": reminders,
        }),
        NotifyForm::Slack => json!({ "text": message.text(mrkdwn, |link| format!("<{}|Open the report>", mrkdwn(link))) }),
        NotifyForm::Teams => message.card(),
    }
}

struct Message<'a> {
    notices: &'a [Notice],
    reminders: &'a [Reminder],
}

impl Message<'_> {
    fn lines(&self) -> impl Iterator<Item = (Vec<String>, Option<&str>)> {
        let notices = self.notices.iter().map(|notice| (notice.lines(), notice.report.as_deref()));
        notices.chain(self.reminders.iter().map(|reminder| (vec![reminder.line()], None)))
    }

    fn text(&self, said: impl Fn(&str) -> String, linked: impl Fn(&str) -> String) -> String {
        let paragraph = |(lines, link): (Vec<String>, Option<&str>)| {
            lines.iter().map(|line| said(line)).chain(link.map(&linked)).collect::<Vec<_>>().join("\n")
        };
        self.lines().map(paragraph).collect::<Vec<_>>().join("\n\n")
    }

    /// An Adaptive Card, as a workflow of Teams ("when a webhook request is received") takes it.
    fn card(&self) -> Value {
        let (mut body, mut actions) = (Vec::new(), Vec::new());
        for (lines, link) in self.lines() {
            for (index, line) in lines.iter().enumerate() {
                let (weight, space) = if index == 0 { ("Bolder", "Medium") } else { ("Default", "Small") };
                body.push(json!({"type": "TextBlock", "text": markdown(line), "wrap": true, "weight": weight, "spacing": space}));
            }
            actions.extend(link.map(|link| json!({"type": "Action.OpenUrl", "title": "Open the report", "url": link})));
        }
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": body,
                    "actions": actions,
                },
            }],
        })
    }
}

/// A text in which Slack finds no link, no mention and no command.
fn mrkdwn(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text in which Teams finds no emphasis and no link.
fn markdown(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '*' | '_' | '[' | ']') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_told_the_same_words_with_nothing_in_them_that_it_would_act_on() {
        let notice = Notice { instance: "<!channel> *ac_me*".into(), ..super::super::tests::notice() };
        let slack = body(NotifyForm::Slack, std::slice::from_ref(&notice), &[]);
        assert_eq!(slack.as_object().unwrap().len(), 1, "Slack refuses what it does not know: {slack}");
        let text = slack["text"].as_str().unwrap();
        assert!(text.starts_with("Domo access review of &lt;!channel&gt; *ac_me*: complete."), "{text}");
        assert!(text.ends_with("\n<https://reports.example/domo/r/report.html|Open the report>"), "{text}");
        let teams = body(NotifyForm::Teams, &[notice], &[]);
        let card = &teams["attachments"][0]["content"];
        assert!(card["body"][0]["text"].as_str().unwrap().contains("<!channel> \\*ac\\_me\\*"), "{teams}");
        assert_eq!(card["actions"][0]["url"], "https://reports.example/domo/r/report.html");
    }
}
