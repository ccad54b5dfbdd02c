//! The route table and nothing else.

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use heimdex_api::limits::{BODY_MAX, BODY_MAX_PARTS};
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use crate::app::App;
use crate::routes::auth::{login, logout, me, password_update, refresh, register, tokens};
use crate::routes::{health, ingests, lookup, ready, reread, tags, uploads, usage, videos};
use crate::web::{context, cors, fallback, timeout};

/// Every route of the API, and beside it those of the embedded store, which have limits of their own.
pub fn router(app: App, store: Router) -> Router {
    let http = &app.config.http;
    let cors = cors::layer(&app.config.cors);
    let store = store.layer(RequestBodyTimeoutLayer::new(http.idle_timeout.get()));
    let body_timeout = RequestBodyDeadlineLayer::new(http.body_timeout.get());
    let request_timeout = middleware::from_fn_with_state(app.clone(), timeout::in_time);
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(ready::ready))
        .route("/auth/register", post(register::register))
        .route("/auth/login", post(login::login))
        .route("/auth/refresh", post(refresh::refresh))
        .route("/auth/logout", post(logout::logout))
        .route(
            "/auth/password-update",
            post(password_update::password_update),
        )
        .route("/auth/me", get(me::me))
        .route("/auth/tokens", get(tokens::list).post(tokens::create))
        .route("/auth/tokens/{id}", delete(tokens::revoke))
        .route("/tags", get(tags::tags))
        .route("/usage", get(usage::usage))
        .route("/videos", get(videos::list))
        .route(
            "/videos/{id}",
            get(videos::show)
                .patch(videos::update)
                .delete(videos::delete),
        )
        .route("/videos/events", get(videos::events))
        .route("/videos/{id}/status", get(videos::status))
        .route("/videos/{id}/restore", post(videos::restore))
        .route("/videos/{id}/download", get(videos::download))
        .route("/videos/lookup", post(lookup::lookup))
        .route("/videos/lookup/reread", post(reread::start))
        .route("/videos/lookup/reread/{id}", get(reread::show))
        .route("/ingests", get(ingests::list).post(ingests::create))
        .route("/ingests/{id}", get(ingests::show))
        .route(
            "/ingests/{id}/files",
            get(ingests::files).put(ingests::put_files),
        )
        .route("/ingests/{id}/finish", post(ingests::finish))
        .route("/videos/uploads", get(uploads::list))
        .route(
            "/videos/{id}/upload",
            get(uploads::show).delete(uploads::abort),
        )
        .route("/videos/{id}/upload/adopt", post(uploads::adopt))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .merge(with_parts())
        .layer(request_timeout)
        .layer(body_timeout)
        .fallback(fallback::no_such_route)
        .method_not_allowed_fallback(fallback::no_such_method)
        .with_state(app)
        .merge(store)
        .layer(cors)
        .layer(middleware::from_fn(context::in_context))
}

/// The routes whose bodies list parts, or are many.
fn with_parts() -> Router<App> {
    Router::new()
        .route("/videos/upload/init", post(uploads::init))
        .route("/videos/upload/complete", post(uploads::complete))
        .route("/videos/upload/batch", post(uploads::init_batch))
        .route(
            "/videos/upload/complete/batch",
            post(uploads::complete_batch),
        )
        .route("/videos/{id}/upload/parts", post(uploads::parts))
        .layer(DefaultBodyLimit::max(BODY_MAX_PARTS))
}
