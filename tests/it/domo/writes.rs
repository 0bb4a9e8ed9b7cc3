//! Writes: merged, sent once, judged by reading.

use domo_reconcile::domo::{Account, Lookup, Reader, WriteError, Writer};
use domo_reconcile::sandbox::{Options, Profile, Request, Running};
use serde_json::{Map, Value, json};

use super::{Allowed, company, open, sandbox, sandbox_with};

const ID: u64 = 1_000_005;

/// Nothing holds an account.
async fn free() -> Result<(), WriteError> {
    Ok(())
}

struct Desk {
    running: Running,
    reader: Reader,
    writer: Writer,
}

impl Desk {
    async fn new(profile: Profile) -> Self {
        Self::over(sandbox(profile, company(12)).await).await
    }

    async fn over(running: Running) -> Self {
        let session = open(&running).await;
        Self { reader: Reader::new(&session), writer: Writer::open(&session, &Allowed), running }
    }

    fn fault(&self, fault: &str) {
        self.running.fault(fault.parse().unwrap());
    }

    async fn account(&self, id: u64) -> Account {
        match self.reader.account(id).await.unwrap() {
            Lookup::Found(account) => account,
            other => panic!("{other:?}"),
        }
    }

    /// How often that method left its mark or tried to.
    fn sent(&self, method: &str) -> usize {
        self.running.requests().iter().filter(|request| request.method == method && request.path.starts_with("/v1/users")).count()
    }
}

fn change(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[tokio::test]
async fn an_update_keeps_every_other_field_on_a_domo_that_clears_what_is_left_out() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let desk = Desk::new(profile).await;
        let before = desk.account(ID).await;
        let written = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap();
        assert_eq!(written.account.text("title").as_deref(), Some("Director"));
        for field in before.raw().keys().filter(|field| !["title", "updatedAt"].contains(&field.as_str())) {
            assert_eq!(before.text(field), written.account.text(field), "{field}");
        }
        assert_eq!(desk.sent("PUT"), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading_and_nothing_is_written_twice() {
    for fault in ["cut-after", "truncate", "504", "slow:5000", "html"] {
        let desk = Desk::new(Profile::guide()).await;
        let before = desk.account(ID).await;
        // A gateway's 504 hides whether the write took place; here it did not, so it is sent again after reading.
        desk.fault(&format!("PUT /v1/users/*#1={fault}"));
        let written = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap();
        assert_eq!(written.account.text("title").as_deref(), Some("Director"), "{fault}");
        assert!(desk.sent("PUT") <= 2, "{fault}: {:?}", desk.running.requests());
        if fault == "cut-after" {
            assert_eq!(desk.sent("PUT"), 1);
            assert!(written.note.unwrap().contains("shows the change"));
        }
    }
}

/// What a lasting fault of every PUT and every DELETE ends as.
async fn after_lasting(fault: &str) -> [WriteError; 2] {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault(&format!("PUT /v1/users/*={fault}"));
    desk.fault(&format!("DELETE /v1/users/*={fault}"));
    let update = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    let delete = desk.writer.delete(&before, &free).await.unwrap_err();
    assert_eq!(desk.account(ID).await, before);
    assert!(desk.sent("PUT") <= 3 && desk.sent("DELETE") <= 3, "{fault}");
    [update, delete]
}

#[tokio::test]
async fn a_write_that_domo_keeps_turning_away_is_refused_in_domos_words() {
    for status in [401, 408, 429] {
        for error in after_lasting(&status.to_string()).await {
            let WriteError::Refused { status: told, message: Some(message), toe: Some(_) } = &error else { panic!("{error:?}") };
            assert_eq!(*told, status);
            assert!(
                message.contains("made to fail") && (message.contains("unchanged") || message.contains("still there")),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_write_whose_answers_all_got_lost_is_unknown_although_the_account_reads_unchanged() {
    for fault in ["cut", "500", "502", "503:0", "504", "524", "html"] {
        for error in after_lasting(fault).await {
            assert!(matches!(&error, WriteError::Unknown(why) if why.ends_with("so far")), "{fault}: {error:?}");
        }
    }
}

#[tokio::test]
async fn one_lost_answer_among_refusals_leaves_the_outcome_unknown() {
    for refusal in ["429:0", "403"] {
        let desk = Desk::new(Profile::guide()).await;
        let before = desk.account(ID).await;
        for method in ["PUT", "DELETE"] {
            desk.fault(&format!("{method} /v1/users/*#1=cut"));
            desk.fault(&format!("{method} /v1/users/*={refusal}"));
        }
        let update = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
        let delete = desk.writer.delete(&before, &free).await.unwrap_err();
        assert!(matches!((&update, &delete), (WriteError::Unknown(_), WriteError::Unknown(_))), "{update:?} {delete:?}");
    }
}

#[tokio::test]
async fn a_write_that_never_left_did_not_take_place() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    let Desk { running, writer, .. } = desk;
    let address = running.url().replace("http://", "");
    drop(running);
    // The end of the task ends its connections; a write that met one of them half-open would have left.
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    // Nobody listens any more: neither the write nor the read-back leaves.
    let error = writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Transport(_)), "{error:?}");
}

#[tokio::test]
async fn a_wait_longer_than_anybody_waits_is_not_waited_for() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("PUT /v1/users/*=429:86400");
    let error = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Refused { status: 429, .. }), "{error:?}");
}

#[tokio::test]
async fn one_stray_answer_to_a_read_back_does_not_mean_that_the_account_is_gone() {
    for stray in ["400", "404", "html:404"] {
        let desk = Desk::new(Profile::guide()).await;
        let before = desk.account(ID).await;
        desk.fault(&format!("GET /v1/users/*#1={stray}"));
        let written = desk.writer.deactivate(&before).await;
        match stray {
            "html:404" => assert!(matches!(written, Err(WriteError::Unknown(_))), "{written:?}"),
            _ => assert!(!written.unwrap().account.active()),
        }
    }
}

#[tokio::test]
async fn a_deletion_is_not_done_because_of_one_stray_answer() {
    let desk = Desk::new(Profile::guide()).await;
    let account = desk.account(ID).await;
    desk.fault("DELETE /v1/users/*=cut");
    desk.fault("GET /v1/users/*#1=400");
    assert!(matches!(desk.writer.delete(&account, &free).await.unwrap_err(), WriteError::Unknown(_)));
    assert!(desk.running.users().iter().any(|user| user["id"] == ID));
}

/// Right after a write Domo does not know the account for a moment: that it deletes instead is only said once every look shows it.
#[tokio::test]
async fn an_account_that_is_not_known_for_a_moment_after_a_write_is_looked_for() {
    for fault in ["", "PUT /v1/users/1000005#1=cut-after"] {
        let desk = Desk::new(Profile::guide()).await;
        let before = desk.account(ID).await;
        desk.fault("GET /v1/users/1000005#1-4=404");
        if !fault.is_empty() {
            desk.fault(fault);
        }
        let written = desk.writer.deactivate(&before).await.unwrap();
        assert!(!written.account.active(), "{fault}");
    }
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("GET /v1/users/1000005=404");
    let error = desk.writer.deactivate(&before).await.unwrap_err();
    assert!(matches!(&error, WriteError::Surprise { field, .. } if field == "deleted"), "{error}");
}

#[tokio::test]
async fn what_somebody_else_changed_while_a_write_was_turned_away_is_no_doing_of_ours() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.writer.update(&before, &change(json!({"phone": "1"}))).await.unwrap();
    desk.fault("PUT /v1/users/1000005#1=429:0");
    let error = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Moved(_)), "{error}");
}

#[tokio::test]
async fn a_deletion_that_domo_answers_with_404_of_an_account_that_is_there_was_not_accepted() {
    let desk = Desk::new(Profile::guide()).await;
    let account = desk.account(ID).await;
    desk.fault("DELETE /v1/users/1000005=404");
    let error = desk.writer.delete(&account, &free).await.unwrap_err();
    assert!(matches!(&error, WriteError::Refused { status: 404, .. }), "{error}");
}

#[tokio::test]
async fn an_outcome_nobody_can_read_is_unknown() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("PUT /v1/users/*=cut-after");
    desk.fault("GET /v1/users/*=cut");
    let error = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Unknown(_)), "{error:?}");
}

#[tokio::test]
async fn another_field_that_changes_stops_the_run() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("PUT /v1/users/*=meddle:phone");
    let error = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(error.stops_the_run() && matches!(&error, WriteError::Surprise { field, .. } if field == "phone"), "{error:?}");
}

#[tokio::test]
async fn a_planned_field_that_does_not_hold_fails_for_that_field() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("PUT /v1/users/*=meddle:title");
    let error = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap_err();
    assert!(matches!(&error, WriteError::Partly { account, .. } if account.raw()["title"] == "meddled with"), "{error:?}");
    assert!(error.to_string().contains("`title` was written as"), "{error}");
}

#[tokio::test]
async fn deactivation_is_done_where_it_is_honoured_and_failed_where_it_is_not() {
    let desk = Desk::new(Profile::guide()).await;
    let written = desk.writer.deactivate(&desk.account(ID).await).await.unwrap();
    assert!(!written.account.active());
    assert!(desk.writer.reactivate(&written.account).await.unwrap().account.active());

    let desk = Desk::new(Profile::recorded()).await;
    let error = desk.writer.deactivate(&desk.account(ID).await).await.unwrap_err();
    assert!(matches!(&error, WriteError::NotShown(why) if why.contains("does not honour active")), "{error:?}");
    assert_eq!(desk.sent("DELETE"), 0, "nothing else is tried in its place");
}

#[tokio::test]
async fn a_token_that_ends_between_two_writes_is_renewed() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    desk.fault("PUT /v1/users/*#1=expire");
    let written = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap();
    assert_eq!(written.account.text("title").as_deref(), Some("Director"));
}

#[tokio::test]
async fn numbers_are_written_in_the_type_they_came_in_and_never_rounded() {
    let desk = Desk::new(Profile::recorded()).await;
    let before = desk.account(ID).await;
    let written = desk.writer.update(&before, &change(json!({"employeeNumber": "9007199254740993"}))).await.unwrap();
    assert_eq!(written.account.text("employeeNumber").as_deref(), Some("9007199254740993"));
    assert!(written.account.raw()["employeeNumber"].is_number());
    for number in ["00123", "E123", "12345678901234567"] {
        let error = desk.writer.update(&before, &change(json!({"employeeNumber": number}))).await.unwrap_err();
        assert!(
            matches!(&error, WriteError::NotSent(_)) && error.to_string().ends_with("; nothing was sent"),
            "{number}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_role_is_written_with_its_id_and_only_if_it_is_one_of_the_five() {
    let desk = Desk::new(Profile::recorded()).await;
    let before = desk.account(ID).await;
    let written = desk.writer.update(&before, &change(json!({"role": "Editor"}))).await.unwrap();
    assert_eq!((written.account.role(), written.account.text("roleId").as_deref()), (Some("Editor"), Some("3")));
    for role in ["editor", "Data Steward", ""] {
        let error = desk.writer.update(&before, &change(json!({"role": role}))).await.unwrap_err();
        assert!(matches!(error, WriteError::NotSent(_)), "{role}: {error:?}");
    }
}

#[tokio::test]
async fn a_deletion_is_done_when_reading_shows_it_in_both_profiles() {
    for profile in [Profile::guide(), Profile::recorded()] {
        for fault in ["", "cut-after", "cut", "503:0"] {
            let desk = Desk::new(profile.clone()).await;
            let account = desk.account(ID).await;
            if !fault.is_empty() {
                desk.fault(&format!("DELETE /v1/users/*#1={fault}"));
            }
            desk.writer.delete(&account, &free).await.unwrap_or_else(|error| panic!("{fault}: {error:?}"));
            assert!(!desk.running.users().iter().any(|user| user["id"] == ID), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_deletion_that_domo_refuses_because_content_is_owned_is_tried_once() {
    let mut profile = Profile::guide();
    profile.rate_limit = None;
    let desk =
        Desk::over(sandbox_with(Options { profile, accounts: company(9), owners: vec![ID], ..Options::default() }).await).await;
    let error = desk.writer.delete(&desk.account(ID).await, &free).await.unwrap_err();
    assert!(
        matches!(&error, WriteError::Refused { status: 409, message: Some(message), toe: Some(_) } if message.contains("reassign")),
        "{error:?}"
    );
    assert_eq!(desk.sent("DELETE"), 1);
}

#[tokio::test]
async fn a_creation_never_invites_by_accident_and_is_read_back() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let desk = Desk::new(profile).await;
        let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor", "title": "Analyst"}));
        let written = desk.writer.create(&fields, false).await.unwrap();
        assert_eq!(written.account.email(), Some("ada@acme.example"));
        assert!(desk.running.invites().is_empty());
        desk.writer.create(&change(json!({"name": "Bob", "email": "bob@acme.example", "role": "Social"})), true).await.unwrap();
        assert_eq!(desk.running.invites(), ["bob@acme.example"]);
    }
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_by_its_address_and_never_sent_twice() {
    let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor"}));
    let desk = Desk::new(Profile::guide()).await;
    desk.fault("POST /v1/users#1=cut-after");
    let written = desk.writer.create(&fields, false).await.unwrap();
    assert_eq!(written.account.name(), Some("Ada Byron"));
    assert_eq!(desk.sent("POST"), 1);

    let desk = Desk::new(Profile::guide()).await;
    desk.fault("POST /v1/users#1=cut");
    let error = desk.writer.create(&fields, false).await.unwrap_err();
    assert!(matches!(error, WriteError::Unknown(_)), "{error:?}");
    assert_eq!(desk.sent("POST"), 1);
}

#[tokio::test]
async fn a_creation_that_took_place_and_was_answered_408_is_done() {
    let desk = Desk::new(Profile::guide()).await;
    desk.fault("POST /v1/users=late:0:408");
    let fields = change(json!({"name": "New", "email": "new@acme.example", "role": "Participant"}));
    let written = desk.writer.create(&fields, false).await.unwrap();
    assert_eq!(written.account.email(), Some("new@acme.example"));
    assert_eq!(desk.sent("POST"), 1);
}

#[tokio::test]
async fn a_creation_that_keeps_less_than_it_was_given_names_the_account_that_is_there_now() {
    let desk = Desk::new(Profile::recorded()).await;
    let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor", "title": "Analyst"}));
    desk.fault("POST /v1/users=meddle:title");
    let error = desk.writer.create(&fields, false).await.unwrap_err();
    let WriteError::Partly { account, why } = &error else { panic!("{error:?}") };
    assert!(account.email() == Some("ada@acme.example") && why.contains("`title`"), "{error}");
}

#[tokio::test]
async fn a_creation_that_the_rate_limit_turned_away_is_looked_up_before_it_is_sent_again() {
    let desk = Desk::new(Profile::guide()).await;
    desk.fault("POST /v1/users#1=429:0");
    let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor"}));
    desk.writer.create(&fields, false).await.unwrap();
    let asked: Vec<_> = desk.running.requests().iter().map(|request| request.method.clone()).collect();
    let first = asked.iter().rposition(|method| method == "POST").unwrap();
    assert!(asked[..first].iter().filter(|method| *method == "POST").count() >= 2, "the token, the first try: {asked:?}");
    assert!(asked[..first].contains(&"GET".to_owned()), "{asked:?}");
}

#[tokio::test]
async fn domos_own_support_account_is_there_and_refuses() {
    let desk = Desk::new(Profile::recorded()).await;
    let support = desk.account(27).await;
    assert_eq!(support.email(), Some("support@domo.com"));
    let error = desk.writer.update(&support, &change(json!({"title": "x"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Refused { status: 403, .. }), "{error:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_its_account() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let desk = Desk::new(profile).await;
        let fields = change(json!({"name": "Twin", "email": "USER5@acme.example", "role": "Social"}));
        let error = desk.writer.create(&fields, false).await.unwrap_err();
        assert!(
            matches!(&error, WriteError::Refused { status: 400 | 409, message: Some(message), .. } if message.contains("1000005")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_deleted_and_an_unknown_id_are_both_gone_but_said_apart() {
    let desk = Desk::new(Profile::recorded()).await;
    let account = desk.account(ID).await;
    desk.writer.delete(&account, &free).await.unwrap();
    assert_eq!(desk.reader.account(ID).await.unwrap(), Lookup::Deleted);
    assert_eq!(desk.reader.account(4711).await.unwrap(), Lookup::NotFound);
    let error = desk.writer.update(&account, &change(json!({"title": "x"}))).await.unwrap_err();
    assert!(matches!(error, WriteError::Refused { .. } | WriteError::Gone(_)), "{error:?}");
}

#[tokio::test]
async fn joining_and_leaving_a_group_are_read_back() {
    let mut profile = Profile::guide();
    profile.rate_limit = None;
    let groups = vec![("Finance Team".to_owned(), vec![1_000_001]), ("Twice".to_owned(), vec![]), ("Twice".to_owned(), vec![])];
    let desk = Desk::over(sandbox_with(Options { profile, accounts: company(9), groups, ..Options::default() }).await).await;
    desk.fault("PUT /v1/groups/*#1=cut-after");
    desk.writer.join_group(ID, "Finance Team").await.unwrap();
    desk.writer.join_group(ID, "Finance Team").await.unwrap();
    assert_eq!(desk.running.groups()[0].1, [1_000_001, ID]);
    let groups = desk.reader.groups().await.unwrap();
    let team = groups.iter().find(|group| group.name == "Finance Team").unwrap();
    assert!(desk.writer.membership(ID, team, false).await.unwrap(), "sent");
    assert!(!desk.writer.membership(ID, team, false).await.unwrap(), "was out already");
    assert_eq!(desk.running.groups()[0].1, [1_000_001]);
    for name in ["Twice", "None"] {
        assert!(matches!(desk.writer.join_group(ID, name).await.unwrap_err(), WriteError::NotSent(_)), "{name}");
    }
}

/// The account is read until the change shows, for as long as Domo may take to show it.
#[tokio::test]
async fn a_write_that_shows_late_is_done() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    for method in ["PUT", "DELETE"] {
        desk.fault(&format!("{method} /v1/users/*#1=late:40"));
    }
    let written = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap();
    assert_eq!((written.account.text("title").as_deref(), desk.sent("PUT")), (Some("Director"), 1));
    desk.writer.delete(&written.account, &free).await.unwrap();
}

#[tokio::test]
async fn a_write_that_never_showed_may_show_later_and_the_next_one_is_looked_at_less_long() {
    let desk = Desk::new(Profile::guide()).await;
    let (first, second) = (desk.account(ID).await, desk.account(ID + 1).await);
    desk.fault("PUT /v1/users/*=late:600000");
    let looks = |id: u64| {
        desk.running.requests().iter().filter(|asked| asked.method == "GET" && asked.path.ends_with(&id.to_string())).count()
    };
    let title = change(json!({"title": "Director"}));
    let (before, error) = (looks(ID), desk.writer.update(&first, &title).await.unwrap_err());
    assert!(matches!(error, WriteError::NotShown(_)) && error.may_show_later(), "{error:?}");
    assert_eq!(looks(ID) - before, 5);
    let (before, error) = (looks(ID + 1), desk.writer.update(&second, &title).await.unwrap_err());
    assert!(matches!(error, WriteError::NotShown(_)), "{error:?}");
    assert_eq!(looks(ID + 1) - before, 3, "at once, after 2 and after 5 ms");
}

/// A gateway that fails although it passed the request on: nobody may say that nothing happened.
#[tokio::test]
async fn an_answer_that_fails_although_the_write_took_place_is_settled_by_reading_or_unknown() {
    for status in [500, 503, 524] {
        let desk = Desk::new(Profile::guide()).await;
        let before = desk.account(ID).await;
        desk.fault(&format!("PUT /v1/users/*#1=late:0:{status}"));
        let written = desk.writer.update(&before, &change(json!({"title": "Director"}))).await.unwrap();
        assert!(written.note.unwrap().contains("shows the change"));
        desk.fault(&format!("PUT /v1/users/*=late:600000:{status}"));
        let error = desk.writer.update(&written.account, &change(json!({"title": "Chief"}))).await.unwrap_err();
        assert!(matches!(error, WriteError::Unknown(_)), "{status}: {error:?}");
    }
}

/// What waits for its turn while somebody takes a right away must not give it back.
#[tokio::test]
async fn an_account_that_was_read_too_long_ago_is_read_anew_before_it_is_written() {
    let desk = Desk::new(Profile::guide()).await;
    let before = desk.account(ID).await;
    let title = change(json!({"title": "Director"}));
    // As old as it may be: read again, and the same.
    tokio::time::sleep(std::time::Duration::from_millis(510)).await;
    let asked = desk.running.requests().len();
    desk.writer.update(&before, &title).await.unwrap();
    let after = desk.running.requests();
    let methods: Vec<_> = after[asked..].iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["GET", "PUT", "GET"]);

    let before = desk.account(ID).await;
    let other = desk.account(ID).await;
    desk.writer.update(&other, &change(json!({"role": "Social"}))).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(510)).await;
    let puts = desk.sent("PUT");
    let error = desk.writer.update(&before, &change(json!({"title": "Chief"}))).await.unwrap_err();
    assert!(matches!(&error, WriteError::Moved(why) if why.contains("role")), "{error:?}");
    assert_eq!((desk.sent("PUT"), desk.account(ID).await.role()), (puts, Some("Social")));
}

#[tokio::test]
async fn a_creation_whose_token_had_ended_is_looked_up_and_sent_once_more() {
    for profile in [Profile::guide(), Profile::recorded()] {
        for fault in ["expire", "401"] {
            let desk = Desk::new(profile.clone()).await;
            desk.fault(&format!("POST /v1/users#1={fault}"));
            let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor"}));
            desk.writer.create(&fields, false).await.unwrap();
            assert_eq!(desk.running.users().iter().filter(|user| user["email"] == "ada@acme.example").count(), 1);
            // Between the two somebody looked for the address.
            let requests = desk.running.requests();
            let posts: Vec<_> = (0..requests.len()).filter(|at| is_creation(&requests[*at])).collect();
            let statuses: Vec<_> = posts.iter().map(|at| requests[*at].status).collect();
            assert_eq!(statuses, [401, profile.created], "{requests:?}");
            let between = &requests[posts[0]..posts[1]];
            assert!(between.iter().any(|request| request.method == "GET" && request.path.starts_with("/v1/users?")), "{between:?}");
        }
    }
}

fn is_creation(request: &Request) -> bool {
    request.method == "POST" && request.path.starts_with("/v1/users?")
}

#[tokio::test]
async fn a_creation_that_is_turned_away_with_a_new_token_too_is_refused_and_not_sent_a_third_time() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let desk = Desk::new(profile).await;
        desk.fault("POST /v1/users=401");
        let fields = change(json!({"name": "Ada Byron", "email": "ada@acme.example", "role": "Editor"}));
        let error = desk.writer.create(&fields, false).await.unwrap_err();
        assert!(matches!(error, WriteError::Refused { status: 401, .. }), "{error:?}");
        assert_eq!(desk.running.requests().iter().filter(|request| is_creation(request)).count(), 2);
        assert_eq!(desk.running.users().len(), 12);
    }
}
