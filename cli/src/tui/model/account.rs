//! The account: who is logged in where, and the form for those who are not.

use heimdex_api::Secret;

use super::input::Input;
use super::message::{Place, Trouble, Who};

/// Where a server runs that was started with nothing said.
const LOCAL_SERVER: &str = "http://127.0.0.1:8000";

/// Who is logged in where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// The server and the profile.
    pub(crate) place: Place,
    /// Who it is, once the server said so.
    pub(crate) who: Option<Box<Who>>,
    /// Why that is not known.
    pub(crate) trouble: Option<Trouble>,
    /// How far what is told of it is scrolled.
    pub(crate) scroll: usize,
    /// The form, where nobody is logged in.
    pub(crate) form: Option<Form>,
}

/// The fields of the form, in order.
pub(crate) const FORM_FIELDS: [&str; 3] = ["Server", "E-mail", "Password"];
/// The one that is typed unseen.
pub(crate) const PASSWORD: usize = 2;

/// What is typed to log in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    /// Server, e-mail address, password.
    pub(crate) fields: [Input; 3],
    /// The one that is typed into.
    pub(crate) focus: usize,
    /// Whether the answer is awaited.
    pub(crate) is_busy: bool,
    /// Why it did not work.
    pub(crate) trouble: Option<Trouble>,
}

impl Account {
    /// Shows the form, with what is known already filled in.
    pub(crate) fn open_form(&mut self) {
        if self.form.is_some() {
            return;
        }
        let server = self.place.server.as_deref().unwrap_or(LOCAL_SERVER);
        let email = self.place.email.as_deref().unwrap_or("");
        let focus = if self.place.server.is_none() {
            0
        } else {
            1 + usize::from(!email.is_empty())
        };
        self.who = None;
        self.form = Some(Form {
            fields: [Input::of(server), Input::of(email), Input::default()],
            focus,
            ..Form::default()
        });
    }
}

impl Form {
    /// What was typed, where nothing is missing; else the first field that is.
    pub(crate) fn filled(&self) -> Result<(String, String, Secret), usize> {
        if let Some(missing) = self.fields.iter().position(Input::is_empty) {
            return Err(missing);
        }
        let [server, email, password] = [0, 1, 2].map(|at| self.fields[at].text());
        Ok((
            server.trim().to_owned(),
            email.trim().to_owned(),
            Secret::new(password),
        ))
    }
}
