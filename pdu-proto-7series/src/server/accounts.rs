use pdu_core::{Secret, UserRole};

/// Somebody who may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The user name.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// What they may do.
    pub role: UserRole,
}

impl Account {
    /// An account.
    pub fn new(name: impl Into<String>, password: impl Into<Secret>, role: UserRole) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            role,
        }
    }
}

/// The accounts of a unit, each name once. None at the start, as a unit is delivered.
///
/// Source: manual, lines 216 to 228.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Accounts {
    list: Vec<Account>,
}

impl Accounts {
    /// None.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Adds an account, or replaces that of the same name.
    pub fn set(&mut self, account: Account) {
        match self.list.iter_mut().find(|known| known.name == account.name) {
            Some(known) => *known = account,
            None => self.list.push(account),
        }
    }

    /// Removes the account of this name.
    pub fn remove(&mut self, name: &str) {
        self.list.retain(|account| account.name != name);
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.list.iter()
    }

    /// Whether what this role may do is closed to strangers: it is once there is an account of just this role.
    ///
    /// The manual has a View account protect the XML page and a Control account protect the actions; what an Administrator
    /// alone closes besides the configuration it does not say, so nothing here (inferred). Source: manual, lines 216 to 228.
    pub fn guards(&self, role: UserRole) -> bool {
        self.list.iter().any(|account| account.role == role)
    }
}

impl FromIterator<Account> for Accounts {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Self {
        let mut all = Self::new();
        accounts.into_iter().for_each(|account| all.set(account));
        all
    }
}

/// Whether who has one role may do what another one is needed for: an Administrator everything, Control what View may.
///
/// The manual lists what each role adds and does not say that they build on each other; this is inferred.
pub fn role_covers(has: UserRole, needed: UserRole) -> bool {
    has == needed || has == UserRole::Administrator || needed == UserRole::View
}
