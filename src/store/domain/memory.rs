//! Rows and events in memory, for hubs without a folder and for tests.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::Events;
use crate::domain::{Logged, NewEvent, Page, Tables};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery};
use crate::secret::random_code;

use super::backend::{Backend, LogBounds, Reader, View, Writer, Writing, page, place};

/// A place that is forgotten with the hub.
pub(crate) fn in_memory(events: &Events) -> Backend {
    let rows = Arc::new(Mutex::new(Rows {
        log: random_code(),
        ..Rows::default()
    }));
    Backend {
        reader: Box::new(MemoryReader(rows.clone())),
        lister: Box::new(MemoryReader(rows.clone())),
        writer: Box::new(MemoryWriter {
            rows,
            bounds: events.clone(),
        }),
    }
}

struct MemoryWriter {
    rows: Arc<Mutex<Rows>>,
    bounds: Events,
}

struct MemoryReader(Arc<Mutex<Rows>>);

#[derive(Debug, Default)]
struct Rows {
    things: HashMap<EntityRef, (u64, Entity)>,
    /// In the order in which they were made.
    order: BTreeMap<u64, EntityRef>,
    made: u64,
    requests: HashMap<String, EntityRef>,
    /// Their names, and when each was made.
    requested: VecDeque<(u64, String)>,
    log: String,
    events: VecDeque<Event>,
    head: u64,
    ids: HashSet<String>,
    now: u64,
    undo: Vec<Undo>,
}

/// One of the log, with the id that it came with and when it did.
#[derive(Debug)]
struct Event {
    logged: Logged,
    id: Option<String>,
    at: u64,
}

/// Undoes one thing of the present step.
#[derive(Debug)]
enum Undo {
    Row(EntityRef, Option<Box<(u64, Entity)>>),
    Request,
    Event,
}

fn lock(rows: &Mutex<Rows>) -> MutexGuard<'_, Rows> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer for MemoryWriter {
    fn transact(
        &mut self,
        now: u64,
        work: &mut dyn FnMut(&mut dyn Writing) -> Result<()>,
    ) -> Result<()> {
        let mut rows = lock(&self.rows);
        rows.now = now;
        // Every step is whole by itself, and keeping all of them cannot fail.
        work(&mut *rows)?;
        rows.forget(&self.bounds);
        Ok(())
    }

    fn end(&mut self) {}
}

impl Reader for MemoryReader {
    fn read(&mut self, work: &mut dyn FnMut(&dyn View)) -> Result<()> {
        work(&*lock(&self.0));
        Ok(())
    }
}

impl Rows {
    fn replace(&mut self, what: EntityRef, row: Option<(u64, Entity)>) {
        let before = match row {
            Some((number, entity)) => {
                self.order.insert(number, what.clone());
                self.things.insert(what.clone(), (number, entity))
            }
            None => self.things.remove(&what).inspect(|(number, _)| {
                self.order.remove(number);
            }),
        };
        self.undo.push(Undo::Row(what, before.map(Box::new)));
    }

    /// What is over the bounds.
    fn forget(&mut self, bounds: &Events) {
        let since = self.now.saturating_sub(bounds.keep_ms);
        while let Some(first) = self.events.front()
            && (self.events.len() > bounds.keep || first.at < since)
        {
            if let Some(id) = self.events.pop_front().and_then(|first| first.id) {
                self.ids.remove(&id);
            }
        }
        while let Some((_, request)) = self.requested.pop_front_if(|(at, _)| *at < since) {
            self.requests.remove(&request);
        }
    }

    fn get(&self, what: &EntityRef) -> Option<Entity> {
        self.things.get(what).map(|(_, entity)| entity.clone())
    }
}

impl Tables for Rows {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>> {
        Ok(self.get(what))
    }

    fn of_project(&self, kind: EntityKind, project: &ProjectId) -> Result<Vec<Entity>> {
        let query = ListQuery {
            projects: Some(vec![project.clone()]),
            ..ListQuery::all(kind)
        };
        self.list(&query).map(|page| page.items)
    }

    fn naming(&self, kind: EntityKind, project: &ProjectId, _: &str) -> Result<Vec<Entity>> {
        self.of_project(kind, project)
    }

    fn put(&mut self, entity: &Entity) -> Result<()> {
        let what = entity.reference();
        let number = self.things.get(&what).map(|(number, _)| *number);
        let number = number.unwrap_or_else(|| {
            self.made += 1;
            self.made
        });
        self.replace(what, Some((number, entity.clone())));
        Ok(())
    }

    fn remove(&mut self, what: &EntityRef) -> Result<()> {
        self.replace(what.clone(), None);
        Ok(())
    }

    fn made_by(&self, request: &str) -> Result<Option<EntityRef>> {
        Ok(self.requests.get(request).cloned())
    }

    fn remember(&mut self, request: &str, made: &EntityRef) -> Result<()> {
        self.requests.insert(request.to_owned(), made.clone());
        self.requested.push_back((self.now, request.to_owned()));
        self.undo.push(Undo::Request);
        Ok(())
    }
}

impl Writing for Rows {
    fn begin_step(&mut self) -> Result<()> {
        self.undo.clear();
        Ok(())
    }

    fn keep_step(&mut self) -> Result<()> {
        self.undo.clear();
        Ok(())
    }

    fn undo_step(&mut self) -> Result<()> {
        for step in std::mem::take(&mut self.undo).into_iter().rev() {
            match step {
                Undo::Row(what, before) => self.replace(what, before.map(|row| *row)),
                Undo::Request => {
                    if let Some((_, request)) = self.requested.pop_back() {
                        self.requests.remove(&request);
                    }
                }
                Undo::Event => {
                    self.head -= 1;
                    if let Some(id) = self.events.pop_back().and_then(|last| last.id) {
                        self.ids.remove(&id);
                    }
                }
            }
        }
        self.undo.clear();
        Ok(())
    }

    fn append(&mut self, event: NewEvent) -> Result<Option<Logged>> {
        if let Some(id) = &event.id
            && !self.ids.insert(id.clone())
        {
            return Ok(None);
        }
        self.head += 1;
        let logged = Logged {
            seq: self.head,
            name: event.name,
            scope: event.scope,
            data: event.data,
            timestamp: event.timestamp.unwrap_or(self.now),
        };
        self.events.push_back(Event {
            logged: logged.clone(),
            id: event.id,
            at: self.now,
        });
        self.undo.push(Undo::Event);
        Ok(Some(logged))
    }
}

impl View for Rows {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>> {
        Ok(self.get(what))
    }

    fn list(&self, query: &ListQuery) -> Result<Page> {
        let after = place(query)?;
        let wanted = |what: &EntityRef| {
            let (_, entity) = self
                .things
                .get(what)
                .filter(|_| what.kind() == query.kind)?;
            query.wants(entity).then(|| entity.clone())
        };
        let numbered = self
            .order
            .range(after.saturating_add(1)..)
            .filter_map(|(number, what)| Some(Ok((*number, wanted(what)?))));
        page(numbered, query.limit)
    }

    fn since(&self, seq: u64, limit: usize) -> Result<Vec<Logged>> {
        let first = self.events.front().map_or(0, |first| first.logged.seq);
        let known = usize::try_from((seq + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let events = self.events.iter().skip(known).take(limit);
        Ok(events.map(|event| event.logged.clone()).collect())
    }

    fn log(&self) -> Result<LogBounds> {
        let first = self.events.front();
        Ok(LogBounds {
            log: self.log.clone(),
            forgotten: first.map_or(self.head, |first| first.logged.seq - 1),
            head: self.head,
        })
    }
}
