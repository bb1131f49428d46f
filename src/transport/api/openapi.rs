//! The document of the API, made from the handlers' own types: what comes ([`OperationInput`])
//! and what goes ([`OperationOutput`]). Knows no request in particular.

use aide::axum::ApiRouter;
use aide::generate::{GenContext, in_context};
use aide::openapi::{
    Header, HeaderStyle, Info, MediaType, OpenApi, Operation, Parameter, ParameterData,
    ParameterSchemaOrContent, ReferenceOr, Response, SchemaObject, SecurityScheme, StatusCode,
};
use aide::operation::{
    OperationInput, OperationOutput, ParamLocation, add_parameters, parameters_from_schema,
};
use aide::transform::TransformOperation;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use http::header;
use schemars::generate::Contract;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::Value;

use crate::error::HubError;
use crate::hub::HubHandle;
use crate::protocol::{ErrorCode, RestFailure};

use super::answer::{Made, Removed, Reply, RestError, Thing, status_of};
use super::ask::{At, Author, Bearer, Body, IfMatch, Params, Unconditional};
use super::resource::Resource;

const SCHEME: &str = "bearer";

/// The routes, and their document beside them. It holds no secret, but like everything here
/// it is for those who have a credential.
pub(super) fn with_document(routes: ApiRouter<HubHandle>) -> Router<HubHandle> {
    let mut document = OpenApi {
        info: Info {
            title: "Realtime hub".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let routes = routes.finish_api_with(&mut document, |api| {
        let scheme = SecurityScheme::Http {
            scheme: "bearer".to_owned(),
            bearer_format: None,
            description: Some("The token of a desktop, a device or an agent.".to_owned()),
            extensions: Default::default(),
        };
        api.security_scheme(SCHEME, scheme)
    });
    let text = serde_json::to_string(&document)
        // What links to a type in Rust is only a name here.
        .map(|text| Bytes::from(text.replace("[`", "`").replace("`]", "`")))
        .map_err(|error| HubError::internal("the document could not be made", &error));
    let serve = move |_: Bearer| {
        let text = text.clone().map_err(RestError::from);
        async { text.map(|text| ([(header::CONTENT_TYPE, "application/json")], text)) }
    };
    routes.route("/api/openapi.json", get(serve))
}

type Responses = Vec<(Option<u16>, Response)>;

/// Of what is sent, everything is required that is always there. The rest of the document is
/// of what is read, where most may be absent; no type is both.
fn sent<T: JsonSchema>(ctx: &mut GenContext) -> Schema {
    let mut settings = ctx.schema.settings().clone();
    settings.contract = Contract::Serialize;
    let mut generator = settings.into_generator();
    let schema = generator.subschema_for::<T>();
    let definitions = generator.take_definitions(false);
    ctx.schema.definitions_mut().extend(definitions);
    schema
}

fn response<T: JsonSchema>(ctx: &mut GenContext, description: &str) -> Response {
    let body = MediaType {
        schema: Some(object(sent::<T>(ctx))),
        ..MediaType::default()
    };
    Response {
        description: description.to_owned(),
        content: [("application/json".to_owned(), body)]
            .into_iter()
            .collect(),
        ..Response::default()
    }
}

fn object(json_schema: Schema) -> SchemaObject {
    SchemaObject {
        json_schema,
        external_docs: None,
        example: None,
    }
}

/// Further errors of one request.
pub(super) fn refuses<'a>(
    mut operation: TransformOperation<'a>,
    more: &[(ErrorCode, &str)],
) -> TransformOperation<'a> {
    let more = in_context(|ctx| refusals(ctx, more));
    let responses = operation.inner_mut().responses.get_or_insert_default();
    for (status, response) in more {
        let status = status.map(StatusCode::Code);
        responses
            .responses
            .extend(status.map(|status| (status, ReferenceOr::Item(response))));
    }
    operation
}

fn refusals(ctx: &mut GenContext, refusals: &[(ErrorCode, &str)]) -> Responses {
    refusals
        .iter()
        .map(|(code, why)| {
            let status = status_of(*code).as_u16();
            (Some(status), response::<RestFailure>(ctx, why))
        })
        .collect()
}

impl OperationInput for Bearer {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let needed = [(SCHEME.to_owned(), Vec::new())];
        operation.security.push(needed.into_iter().collect());
    }

    fn inferred_early_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let why = "No credential, or one that is not accepted.";
        refusals(ctx, &[(ErrorCode::Unauthenticated, why)])
    }
}

impl OperationInput for Author {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Bearer::operation_input(ctx, operation);
    }

    fn inferred_early_responses(ctx: &mut GenContext, operation: &mut Operation) -> Responses {
        let mut responses = Bearer::inferred_early_responses(ctx, operation);
        responses.extend(refusals(
            ctx,
            &[
                (ErrorCode::Forbidden, "Whoever asks may not do this."),
                (ErrorCode::NotFound, MISSING),
                (ErrorCode::Invalid, MALFORMED),
                (ErrorCode::Conflict, "It does not fit the present state."),
            ],
        ));
        responses
    }
}

const MISSING: &str = "There is no such thing, or none that whoever asks may see.";
const MALFORMED: &str = "The request is malformed.";

impl<T: JsonSchema> OperationInput for At<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Path::<T>::operation_input(ctx, operation);
    }

    fn inferred_early_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let codes = [
            (ErrorCode::Invalid, MALFORMED),
            (ErrorCode::NotFound, MISSING),
        ];
        refusals(ctx, &codes)
    }
}

impl<T: JsonSchema> OperationInput for Params<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        let schema = ctx.schema.subschema_for::<T>();
        let mut parameters = parameters_from_schema(ctx, schema, ParamLocation::Query);
        for parameter in &mut parameters {
            // There is no null in an address.
            if let ParameterSchemaOrContent::Schema(schema) =
                &mut parameter.parameter_data_mut().format
            {
                not_null(&mut schema.json_schema);
            }
        }
        add_parameters(ctx, operation, parameters);
    }

    fn inferred_early_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let codes = [
            (ErrorCode::Invalid, MALFORMED),
            (ErrorCode::NotFound, MISSING),
            (ErrorCode::TooLarge, "A parameter is over its limit."),
        ];
        refusals(ctx, &codes)
    }
}

fn not_null(schema: &mut Schema) {
    let object = schema.ensure_object();
    object.retain(|key, value| key != "default" || !value.is_null());
    // The parameter says it.
    object.remove("description");
    if let Some(Value::Array(kinds)) = object.get("type")
        && let Some(kind) = kinds.iter().find(|kind| *kind != "null").cloned()
    {
        object.insert("type".to_owned(), kind);
    }
}

impl<T: JsonSchema> OperationInput for Body<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Json::<T>::operation_input(ctx, operation);
    }

    fn inferred_early_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let codes = [
            (ErrorCode::Invalid, MALFORMED),
            (
                ErrorCode::TooLarge,
                "The body, or a part of it, is over its limit.",
            ),
        ];
        let mut responses = refusals(ctx, &codes);
        let status = http::StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16();
        let why = "The body is not said to be JSON.";
        responses.push((Some(status), response::<RestFailure>(ctx, why)));
        responses
    }
}

impl OperationInput for IfMatch {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        let data = ParameterData {
            name: header::IF_MATCH.to_string(),
            description: Some("The `ETag` that the thing must still have.".to_owned()),
            required: false,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(object(json_schema!({
                "type": "string",
                "pattern": "^(\\*|(W/)?\"[0-9]{1,18}\"|[0-9]{1,18})$",
            }))),
            example: None,
            examples: Default::default(),
            explode: None,
            extensions: Default::default(),
        };
        let parameter = Parameter::Header {
            parameter_data: data,
            style: HeaderStyle::Simple,
        };
        add_parameters(ctx, operation, [parameter]);
    }
}

impl OperationInput for Unconditional {}

impl<T: JsonSchema> OperationOutput for Reply<T> {
    type Inner = T;

    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        vec![(Some(200), response::<T>(ctx, "Done."))]
    }
}

impl<R: Resource> OperationOutput for Thing<R> {
    type Inner = R;

    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        vec![(Some(200), thing::<R>(ctx, "As it is now."))]
    }
}

impl<R: Resource> OperationOutput for Made<R> {
    type Inner = R;

    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let again = "An earlier request with this `clientRequestId` has made it.";
        vec![
            (Some(201), thing::<R>(ctx, "It is made.")),
            (Some(200), thing::<R>(ctx, again)),
        ]
    }
}

impl OperationOutput for Removed {
    type Inner = ();

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Responses {
        let removed = Response {
            description: "It is no more.".to_owned(),
            ..Response::default()
        };
        vec![(Some(204), removed)]
    }
}

/// With an `ETag`, where there is a version.
fn thing<R: Resource>(ctx: &mut GenContext, description: &str) -> Response {
    let mut response = response::<R>(ctx, description);
    if R::CHANGES {
        let header = Header {
            description: Some("Its version, for `If-Match`.".to_owned()),
            style: HeaderStyle::Simple,
            required: true,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(object(json_schema!({"type": "string"}))),
            example: None,
            examples: Default::default(),
            extensions: Default::default(),
        };
        let name = header::ETAG.to_string();
        response.headers.insert(name, ReferenceOr::Item(header));
    }
    response
}

impl OperationOutput for RestError {
    type Inner = RestFailure;

    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Responses {
        let codes = [
            (ErrorCode::Internal, "The hub failed."),
            (ErrorCode::Unavailable, "Not now."),
        ];
        refusals(ctx, &codes)
    }
}
