//! The domain over plain HTTP.

mod bad;
mod document;
mod isolation;
mod life;
mod pages;
mod sessions;
mod twice;

use http::Method;
use reqwest::Response;
use serde_json::{Value, json};
use tauri_plugin_realtime_hub::{PairingRequest, ProjectId, Role};

use crate::Hub;
use crate::agents;
use crate::pairing::redeem;

/// Somebody with a credential.
#[derive(Clone)]
struct Caller {
    client: reqwest::Client,
    url: String,
    token: String,
}

/// What came back.
#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    etag: Option<String>,
    body: Value,
}

impl Caller {
    fn new(hub: &Hub, token: String) -> Self {
        Self {
            client: reqwest::Client::new(),
            url: hub.url.clone(),
            token,
        }
    }

    fn admin(hub: &Hub) -> Self {
        Self::new(hub, hub.token(Role::Admin))
    }

    /// A device of one project.
    async fn device(hub: &Hub, role: Role, project: &str) -> Self {
        let request = PairingRequest {
            role: Some(role),
            projects: Some(vec![ProjectId::new(project).unwrap()]),
        };
        Self::new(hub, redeem(hub, request).await.0)
    }

    /// Whoever works in the terminal of a session, which is started.
    async fn agent(hub: &Hub, session: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let told = agents::told(hub, session, folder.path()).await;
        Self::new(hub, agents::token_of(&told).to_owned())
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.url);
        self.client.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Reply {
        reply(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, path).json(&body);
        reply(request.send().await.unwrap()).await
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        let request = self.request(Method::PATCH, path).json(&body);
        reply(request.send().await.unwrap()).await
    }

    async fn patch_if(&self, path: &str, version: &str, body: Value) -> Reply {
        let request = self.request(Method::PATCH, path).json(&body);
        let request = request.header("if-match", version);
        reply(request.send().await.unwrap()).await
    }

    async fn delete(&self, path: &str) -> Reply {
        reply(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Makes something; its id.
    async fn make(&self, path: &str, body: Value) -> String {
        let made = self.post(path, body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["id"].as_str().unwrap().to_owned()
    }
}

async fn reply(response: Response) -> Reply {
    let status = response.status().as_u16();
    let etag = response.headers().get("etag");
    let etag = etag.map(|etag| etag.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    let body = match text.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}")),
    };
    Reply { status, etag, body }
}

impl Reply {
    /// Of an error.
    fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.body["error"], true, "{self:?}");
        assert!(self.body["message"].is_string(), "{self:?}");
        (self.status, self.body["code"].as_str().unwrap())
    }

    fn ids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{self:?}");
        let items = self.body["items"].as_array().unwrap();
        let ids = items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect()
    }
}
