//! What can be done with every kind of thing: list, make, get, change, remove.

use aide::axum::ApiRouter;
use aide::axum::routing::{ApiMethodRouter, delete_with, get_with, patch_with, post_with};
use aide::transform::TransformOperation;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::Principal;
use crate::domain::Mutation;
use crate::error::HubError;
use crate::hub::HubHandle;
use crate::ids::SessionId;
use crate::protocol::{Entity, EntityKind, EntityRef, ListPage, ListQuery};

use super::answer::{Answer, Made, Removed, Reply, Thing};
use super::ask::{At, Author, Bearer, Body, ById, IfMatch, ListParams, Params, Unconditional};

/// A kind of thing.
pub(super) trait Resource:
    TryFrom<Entity> + Serialize + JsonSchema + Send + Sync + 'static
{
    const KIND: EntityKind;
    /// Its name in the document, in the singular and in the plural.
    const NAMES: [&str; 2];
    /// Where the list is.
    const PATH: &str;
    type Id: Clone + DeserializeOwned + JsonSchema + Send + 'static;
    type New: DeserializeOwned + JsonSchema + Send + 'static;

    /// Whether it has versions.
    const CHANGES: bool = true;

    fn id(&self) -> &str;
    /// None for what never changes.
    fn version(&self) -> Option<u64>;
    fn reference(id: Self::Id) -> EntityRef;
    fn create(new: Self::New, who: &Principal) -> Mutation;
    fn delete(id: Self::Id) -> Mutation;
}

/// A kind of thing that can be changed.
pub(super) trait Changeable: Resource {
    type Patch: DeserializeOwned + JsonSchema + Send + 'static;
    fn update(id: Self::Id, patch: Self::Patch, if_version: Option<u64>) -> Mutation;
}

/// Everything for a kind of thing that can be changed.
pub(super) fn routes<R: Changeable>() -> ApiRouter<HubHandle> {
    let list = get_with(list::<R>, |op| {
        doc::<R>(op, "list", 1, "The things of this kind, the oldest first.")
    });
    ApiRouter::new().api_route(R::PATH, list.merge(making::<R>())).api_route(
        &format!("{}/{{id}}", R::PATH),
        one::<R>().merge(patch_with(update::<R>, |op| {
            doc::<R>(
                op,
                "update",
                0,
                "Changes some fields: those that are absent stay, null empties what may be empty.",
            )
        })),
    )
}

/// To make one.
pub(super) fn making<R: Resource>() -> ApiMethodRouter<HubHandle> {
    post_with(create::<R>, |op| doc::<R>(op, "create", 0, "Makes one."))
}

/// To get and to remove one.
pub(super) fn one<R: Resource>() -> ApiMethodRouter<HubHandle> {
    let removing = delete_with(remove::<R>, |op| doc::<R>(op, "delete", 0, "Removes one."));
    get_with(get::<R>, |op| doc::<R>(op, "get", 0, "One of them.")).merge(removing)
}

/// Names an operation; `name` says which of [`Resource::NAMES`].
pub(super) fn doc<'a, R: Resource>(
    operation: TransformOperation<'a>,
    verb: &str,
    name: usize,
    summary: &str,
) -> TransformOperation<'a> {
    operation
        .id(&format!("{verb}{}", R::NAMES[name]))
        .tag(R::NAMES[1])
        .summary(summary)
}

async fn list<R: Resource>(
    State(hub): State<HubHandle>,
    Bearer(who): Bearer,
    Params(params): Params<ListParams>,
) -> Answer<Reply<ListPage<R>>> {
    page(&hub, &who, params, None).await
}

/// A page of a list; of mail, only that `to` a session.
pub(super) async fn page<R: Resource>(
    hub: &HubHandle,
    who: &Principal,
    params: ListParams,
    to: Option<SessionId>,
) -> Answer<Reply<ListPage<R>>> {
    let (limit, after) = (params.limit()?, params.cursor()?);
    if let Some(project) = &params.project_id {
        // An empty list would hide that it was asked for in vain.
        hub.entity_for(who, EntityRef::Project(project.clone()))
            .await?;
    }
    let query = ListQuery {
        kind: R::KIND,
        projects: params.project_id.map(|project| vec![project]),
        to,
        archived: params.archived,
        limit,
        after,
    };
    let page = hub.entities_for(who, query).await?;
    let items = page.items.into_iter().map(of_kind::<R>);
    Ok(Reply(ListPage {
        items: items.collect::<Result<_, _>>()?,
        next: page.next,
    }))
}

/// What a host's own services answer may be anything.
pub(super) fn of_kind<R: Resource>(entity: Entity) -> Result<R, HubError> {
    let what = entity.reference();
    R::try_from(entity).map_err(|_| {
        let cause = format!("expected a {}, got {what:?}", R::KIND);
        HubError::internal("the application's database answered something else", &cause)
    })
}

async fn get<R: Resource>(
    State(hub): State<HubHandle>,
    Bearer(who): Bearer,
    At(ById { id }): At<ById<R::Id>>,
) -> Answer<Thing<R>> {
    let entity = hub.entity_for(&who, R::reference(id)).await?;
    Ok(Thing(of_kind(entity)?))
}

async fn create<R: Resource>(
    State(hub): State<HubHandle>,
    Author(who): Author,
    Body(new): Body<R::New>,
) -> Answer<Made<R>> {
    let allowed = hub.allow_change(&who, R::create(new, &who)).await?;
    let outcome = hub.change_allowed(allowed).await?;
    Ok(Made {
        created: outcome.created,
        thing: of_kind(outcome.entity)?,
    })
}

async fn update<R: Changeable>(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id }): At<ById<R::Id>>,
    IfMatch(version): IfMatch,
    Body(patch): Body<R::Patch>,
) -> Answer<Thing<R>> {
    change(&hub, &who, R::update(id, patch, version)).await
}

async fn remove<R: Resource>(
    State(hub): State<HubHandle>,
    Author(who): Author,
    At(ById { id }): At<ById<R::Id>>,
    _: Unconditional,
) -> Answer<Removed> {
    let allowed = hub.allow_change(&who, R::delete(id)).await?;
    hub.change_allowed(allowed).await?;
    Ok(Removed)
}

/// Carries a change out; the thing as it is then.
pub(super) async fn change<R: Resource>(
    hub: &HubHandle,
    who: &Principal,
    mutation: Mutation,
) -> Answer<Thing<R>> {
    let allowed = hub.allow_change(who, mutation).await?;
    let outcome = hub.change_allowed(allowed).await?;
    Ok(Thing(of_kind(outcome.entity)?))
}
