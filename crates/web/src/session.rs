//! Who visits: the session behind the cookie, what the request asks for, and the proof that a change was
//! meant. `guard` runs before every handler of the route table; handlers take a [`Visit`] or a [`Guest`].

use crate::{app::App, error::Problem, page::Page, routes::Access, texts};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::{Channel, Ctx, Error, Gate, auth::Session};
use guanxi_model::{Locale, access::action};
use maud::Markup;
use std::{collections::HashMap, net::SocketAddr, sync::Arc};

/// The cookie that holds the session's token.
pub const COOKIE: &str = "gx_session";

/// Largest form that is read to find its token; files come with the token in a header.
const FORM_LIMIT: usize = 2 * 1024 * 1024;

/// What a request says about itself.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    /// Made by htmx, so that only a part of the page is wanted.
    pub htmx: bool,
    /// The whole of `<main>` is wanted: a boosted link, not a fragment.
    pub main: bool,
    /// The method changes nothing.
    pub reads: bool,
    /// Path and query.
    pub uri: Uri,
    /// The peer's address.
    pub ip: Option<String>,
    /// The browser.
    pub agent: String,
    /// The site is reached over https.
    pub https: bool,
    /// The browser's language.
    pub locale: Option<Locale>,
    /// The session's token, if the browser sent one.
    pub token: Option<String>,
    /// The address that the browser shows while htmx asks.
    pub current: Option<String>,
    /// The row height that this browser is set to: `compact` or `relaxed`.
    pub density: Option<String>,
}

impl Asks {
    /// Reads the request's headers.
    pub fn of(app: &App, request: &Request) -> Self {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let forwarded = |name: &str| app.behind_proxy.then(|| text(name)).filter(|value| !value.is_empty());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        let htmx = headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request");
        Asks {
            htmx,
            main: htmx && (text("hx-target") == "main#main" || headers.contains_key("hx-boosted")),
            reads: matches!(*request.method(), Method::GET | Method::HEAD),
            uri: request.uri().clone(),
            ip: forwarded("x-forwarded-for")
                .and_then(|list| list.rsplit(',').next())
                .map(|ip| ip.trim().to_owned())
                .or(peer),
            agent: text("user-agent").chars().take(300).collect(),
            https: app.https || forwarded("x-forwarded-proto") == Some("https"),
            locale: accepted(text("accept-language")),
            token: cookie(headers, COOKIE),
            current: headers.get("hx-current-url").and_then(|url| url.to_str().ok()).map(str::to_owned),
            density: cookie(headers, "gx_density")
                .filter(|word| matches!(word.as_str(), "compact" | "relaxed")),
        }
    }

    /// Path and query, for coming back here.
    pub fn here(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// One parameter of the query.
    pub fn param(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// Someone who is logged in, and what they ask for. Cheap to clone.
#[derive(Clone)]
pub struct Visit {
    /// The web room.
    pub app: App,
    /// Their session.
    pub session: Arc<Session>,
    /// The request.
    pub asks: Arc<Asks>,
}

impl Visit {
    /// The door.
    pub fn gate(&self) -> &Gate {
        &self.app.gate
    }

    /// Who asks.
    pub fn ctx(&self) -> &Ctx {
        &self.session.ctx
    }

    /// The reader's language.
    pub fn locale(&self) -> Locale {
        self.session.ctx.locale
    }

    /// A phrase in the reader's language.
    pub fn t(&self, key: &'static str) -> &'static str {
        texts::t(self.locale(), key)
    }

    /// A phrase with its gaps filled.
    pub fn fill(&self, key: &str, args: &[(&str, &str)]) -> String {
        texts::fill(self.locale(), key, args)
    }

    /// Whether the caller may do this to some record of the object.
    pub fn may(&self, object: &str, action: &str) -> bool {
        self.ctx().rights.may(object, action)
    }

    /// Answers with a page: the whole document, or its `<main>` for htmx. `make` runs on a thread that
    /// may wait and is the only place of a handler that goes through the door.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn page<E>(self, make: impl FnOnce(&Visit) -> Result<Page, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        let app = self.app.clone();
        app.run(move |_| self.reading(|| Ok::<_, Problem>(make(&self).map_err(Into::into)?.answer(&self)?)))
            .await
    }

    /// Answers with a part of a page.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn fragment<E>(self, make: impl FnOnce(&Visit) -> Result<Markup, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        self.answer(move |visit| make(visit).map(|markup| html(markup.into_string()))).await
    }

    /// Answers with anything, made on a thread that may wait.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn answer<E>(self, make: impl FnOnce(&Visit) -> Result<Response, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        let app = self.app.clone();
        app.run(move |_| self.reading(|| make(&self))).await
    }

    /// A request that changes nothing reads from one snapshot.
    fn reading<T>(&self, f: impl FnOnce() -> T) -> T {
        if self.asks.reads { self.gate().on_snapshot(f) } else { f() }
    }

    /// Leads to another page after a change: htmx is told to navigate inside the shell.
    pub fn go(&self, url: &str) -> Response {
        if !self.asks.htmx {
            return Redirect::to(url).into_response();
        }
        // A boosted form is htmx's own, which needs to know the target; our own scripts take the bare address.
        let place = match self.asks.main {
            true => {
                serde_json::json!({ "path": url, "target": "#main", "select": "#main", "swap": "outerMorph" })
                    .to_string()
            }
            false => url.to_owned(),
        };
        ([("hx-location", place)], ()).into_response()
    }
}

/// What handlers return.
pub type Answer = Result<Response, Problem>;

/// HTML as a response.
pub fn html(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        // The guard of a public route puts none there, and then the handler should not have asked for one.
        parts
            .extensions
            .get::<Visit>()
            .cloned()
            .ok_or_else(|| Problem::from(Error::forbidden("error.log_in")))
    }
}

/// Someone who has not logged in.
#[derive(Clone)]
pub struct Guest {
    /// The web room.
    pub app: App,
    /// The request.
    pub asks: Arc<Asks>,
    /// Chosen on the page, else the browser's, else Chinese.
    pub locale: Locale,
}

impl Guest {
    pub(crate) fn new(app: App, asks: Arc<Asks>) -> Self {
        let chosen = asks.param("lang").and_then(|tag| tag.parse().ok());
        let locale = chosen.or(asks.locale).unwrap_or_default();
        Guest { app, asks, locale }
    }

    /// A phrase in the reader's language.
    pub fn t(&self, key: &'static str) -> &'static str {
        texts::t(self.locale, key)
    }

    /// A phrase with its gaps filled.
    pub fn fill(&self, key: &str, args: &[(&str, &str)]) -> String {
        texts::fill(self.locale, key, args)
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asks = parts.extensions.get::<Arc<Asks>>().cloned().unwrap_or_default();
        Ok(Guest::new(app.clone(), asks))
    }
}

/// Runs before every handler: finds the session, proves the right that the route table asks for and that
/// a change was meant, and turns refusals into pages.
pub async fn guard(State((app, access)): State<(App, Access)>, mut request: Request, next: Next) -> Response {
    let asks = Arc::new(Asks::of(&app, &request));
    request.extensions_mut().insert(asks.clone());
    if !asks.reads && !same_site(request.headers()) {
        return Problem::from(Error::forbidden("error.other_site")).show_guest(&Guest::new(app, asks));
    }
    if access == Access::Public {
        let response = next.run(request).await;
        return finish(response, |problem| problem.show_guest(&Guest::new(app, asks)));
    }
    let mut session = match session(&app, &asks).await {
        Ok(session) => session,
        Err(Problem::Gate(Error::Unauthenticated(_))) => return log_in_first(&app, &asks),
        Err(problem) => return problem.show_guest(&Guest::new(app, asks)),
    };
    // A form that was sent before and whose answer was lost must not count twice.
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    session.ctx.once = key.filter(|_| !asks.reads).map(guanxi_gate::Once::new);
    let visit = Visit { app, session: Arc::new(session), asks };
    let allowed = access.allows(&visit, request.uri().path());
    let request = match allowed {
        Ok(()) if !visit.asks.reads => match prove_meant(request, &visit.session.csrf).await {
            Ok(request) => Ok(request),
            Err(problem) => Err(problem),
        },
        Ok(()) => Ok(request),
        Err(problem) => Err(problem),
    };
    let mut request = match request {
        Ok(request) => request,
        Err(problem) => return problem.show(&visit).await,
    };
    if visit.session.must_change && !matches!(visit.asks.uri.path(), "/password" | "/logout") {
        return visit.go("/password");
    }
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Arc<Problem>>() {
        Some(problem) => problem.show(&visit).await,
        None => response,
    }
}

fn finish(mut response: Response, show: impl FnOnce(&Problem) -> Response) -> Response {
    match response.extensions_mut().remove::<Arc<Problem>>() {
        Some(problem) => show(&problem),
        None => response,
    }
}

/// The session behind the cookie.
pub(crate) async fn session(app: &App, asks: &Asks) -> Result<Session, Problem> {
    let token = asks
        .token
        .clone()
        .ok_or_else(|| Error::Unauthenticated(guanxi_model::Message::new("error.log_in")))?;
    let ip = asks.ip.clone();
    let mut session = app.run(move |gate| gate.session(&token, Channel::Web, ip.as_deref())).await?;
    session.ctx.locale = session.locale.or(asks.locale).unwrap_or_default();
    Ok(session)
}

fn log_in_first(app: &App, asks: &Arc<Asks>) -> Response {
    let here = form_urlencoded::byte_serialize(asks.here().as_bytes()).collect::<String>();
    let url = if asks.here() == "/" { "/login".to_owned() } else { format!("/login?next={here}") };
    if asks.htmx && asks.main && asks.reads {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", url)]).into_response();
    }
    if asks.htmx || !asks.reads {
        let problem = Problem::from(Error::Unauthenticated(guanxi_model::Message::new("error.log_in")));
        return problem.show_guest(&Guest::new(app.clone(), asks.clone()));
    }
    Redirect::to(&url).into_response()
}

/// Whether the browser says that the request comes from one of our own pages. Programs that say nothing
/// are not browsers and carry no cookie unless they mean it.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        _ => true,
    }
}

/// The token that every form of ours carries. Forms are read to find it; everything else sends the header.
async fn prove_meant(request: Request, csrf: &str) -> Result<Request, Problem> {
    let refused = || Problem::from(Error::forbidden("error.form_expired"));
    if let Some(token) = request.headers().get("x-csrf-token") {
        return if same(token.as_bytes(), csrf.as_bytes()) { Ok(request) } else { Err(refused()) };
    }
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form {
        return Err(refused());
    }
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| refused())?;
    let meant = form_urlencoded::parse(&bytes)
        .any(|(name, value)| name == "csrf" && same(value.as_bytes(), csrf.as_bytes()));
    if meant { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(refused()) }
}

/// Compares without telling by its duration where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (x, y)| differences | (x ^ y)) == 0
}

/// A cookie by name.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// The header that gives the browser its session.
pub fn set_cookie(asks: &Asks, token: &str) -> HeaderValue {
    let secure = if asks.https { "; Secure" } else { "" };
    cookie_header(&format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800{secure}"))
}

/// The header that takes it away.
pub fn clear_cookie(asks: &Asks) -> HeaderValue {
    let secure = if asks.https { "; Secure" } else { "" };
    cookie_header(&format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"))
}

fn cookie_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("gx_session=; Path=/; Max-Age=0"))
}

/// The first language of the browser's list that we speak.
fn accepted(header: &str) -> Option<Locale> {
    header.split(',').filter_map(|part| part.split(';').next()).find_map(|tag| tag.trim().parse().ok())
}

/// The parameters of a form or query, in order, so that repeated names keep all their values.
#[derive(Debug, Clone, Default)]
pub struct Params(pub Vec<(String, String)>);

impl Params {
    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        Params(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The first value of a name; blank is as good as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The same with one value for a name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Whether the name is there at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Without repeated names, for reports and the like.
    pub fn map(&self) -> HashMap<String, String> {
        self.0.iter().filter(|(_, value)| !value.is_empty()).cloned().collect()
    }
}

/// Whether a path of our own site, to which a log-in may lead on.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r'])
}

impl Access {
    fn allows(self, visit: &Visit, path: &str) -> Result<(), Problem> {
        let rights = &visit.ctx().rights;
        match self {
            Access::Public | Access::User => Ok(()),
            Access::Setting(setting) if rights.may_set(setting) => Ok(()),
            Access::Setting(_) => Err(Error::forbidden("error.no_setting").into()),
            Access::Report => {
                let name = path.trim_matches('/').split('/').nth(1).unwrap_or_default();
                if name.is_empty() || rights.may_report(name) {
                    Ok(())
                } else {
                    Err(Error::forbidden("error.no_report").into())
                }
            }
            Access::Object(wanted) => {
                let name = path.trim_matches('/').split('/').next().unwrap_or_default();
                visit.gate().object(name)?;
                if !rights.may(name, action::READ) {
                    Err(Error::forbidden("error.no_object").into())
                } else if !rights.may(name, wanted) {
                    Err(Error::forbidden("error.no_action").into())
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// The hidden input by which a form proves that it is ours.
pub fn csrf(visit: &Visit) -> Markup {
    maud::html! { input type="hidden" name="csrf" value=(visit.session.csrf); }
}

/// A text as part of a query string.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
