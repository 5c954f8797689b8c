//! What stands before every handler: nobody comes in without a session, the right that the route table asks
//! for, and the proof that a change was meant.

use super::{
    Asks, Guest, Visit,
    meant::{prove_meant, same_site},
};
use crate::{app::App, error::Problem, routes::Access};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::{Channel, Error, Once, auth::Session};
use guanxi_model::{Message, access::action};
use std::sync::Arc;

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
    session.ctx.once = key.filter(|_| !asks.reads).map(Once::new);
    let visit = Visit { app, session: Arc::new(session), asks };
    let allowed = access.allows(&visit, request.uri().path());
    let request = match allowed {
        Ok(()) if !visit.asks.reads => prove_meant(request, &visit.session.csrf).await,
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
    let token = asks.token.clone().ok_or_else(|| Error::Unauthenticated(Message::new("error.log_in")))?;
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
        let problem = Problem::from(Error::Unauthenticated(Message::new("error.log_in")));
        return problem.show_guest(&Guest::new(app.clone(), asks.clone()));
    }
    Redirect::to(&url).into_response()
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
