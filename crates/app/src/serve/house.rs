//! What answers requests: the pages and REST of the open account set, or, while a set is being restored, a page that
//! asks for patience. One replaces the other between two requests, so the address never stops answering.

use arc_swap::ArcSwap;
use axum::{Router, extract::Request};
use std::{convert::Infallible, sync::Arc};
use tower::ServiceExt as _;

/// Whoever answers at the moment.
#[derive(Clone)]
pub struct House(Arc<ArcSwap<Router>>);

impl House {
    /// Closed, until something answers.
    pub fn closed() -> Self {
        House(Arc::new(ArcSwap::from_pointee(guanxi_web::away())))
    }

    /// From now on this answers. Requests that are being answered end as they began.
    pub fn answers(&self, router: Router) {
        self.0.store(Arc::new(router));
    }

    /// From now on everyone is asked to wait.
    pub fn close(&self) {
        self.answers(guanxi_web::away());
    }

    /// What the server serves for as long as it runs.
    pub fn router(&self) -> Router {
        let house = self.clone();
        Router::new().fallback(move |request: Request| {
            let router = Router::clone(&house.0.load());
            async move {
                match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => {
                        let never: Infallible = never;
                        match never {}
                    }
                }
            }
        })
    }
}
