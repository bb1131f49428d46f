//! Rows and events in memory, for hubs without a folder and for tests.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::domain::{Logged, NewEvent, Page, Tables};
use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{Entity, EntityKind, EntityRef, ListQuery};
use crate::secret::random_code;

use super::{Backend, LogBounds};

/// Events that are kept for those that come back.
const EVENTS: usize = 10_000;

/// Everything, and how to undo what the present transaction has done.
#[derive(Debug)]
pub(crate) struct MemoryTables {
    rows: HashMap<EntityRef, (u64, Entity)>,
    /// In the order in which they were made.
    order: BTreeMap<u64, EntityRef>,
    made: u64,
    requests: HashMap<String, EntityRef>,
    log: String,
    events: VecDeque<Logged>,
    head: u64,
    ids: HashSet<String>,
    undo: Vec<Undo>,
}

#[derive(Debug)]
enum Undo {
    Row(EntityRef, Option<(u64, Entity)>),
    Request(String),
    Event(Option<String>),
}

impl Default for MemoryTables {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            order: BTreeMap::new(),
            made: 0,
            requests: HashMap::new(),
            log: random_code(),
            events: VecDeque::new(),
            head: 0,
            ids: HashSet::new(),
            undo: Vec::new(),
        }
    }
}

impl MemoryTables {
    fn replace(&mut self, what: EntityRef, row: Option<(u64, Entity)>) -> Option<(u64, Entity)> {
        match row {
            Some((number, entity)) => {
                self.order.insert(number, what.clone());
                self.rows.insert(what, (number, entity))
            }
            None => self.rows.remove(&what),
        }
    }
}

impl Tables for MemoryTables {
    fn get(&self, what: &EntityRef) -> Result<Option<Entity>> {
        Ok(self.rows.get(what).map(|(_, entity)| entity.clone()))
    }

    fn of_project(&self, kind: EntityKind, project: &ProjectId) -> Result<Vec<Entity>> {
        let query = ListQuery {
            kind,
            projects: Some(vec![project.clone()]),
            to: None,
            archived: true,
            limit: usize::MAX,
            after: None,
        };
        self.list(&query).map(|page| page.items)
    }

    fn put(&mut self, entity: &Entity) -> Result<()> {
        let what = entity.reference();
        let number = self.rows.get(&what).map(|(number, _)| *number);
        let number = number.unwrap_or_else(|| {
            self.made += 1;
            self.made
        });
        let before = self.replace(what.clone(), Some((number, entity.clone())));
        self.undo.push(Undo::Row(what, before));
        Ok(())
    }

    fn remove(&mut self, what: &EntityRef) -> Result<()> {
        let before = self.replace(what.clone(), None);
        if let Some((number, _)) = &before {
            self.order.remove(number);
        }
        self.undo.push(Undo::Row(what.clone(), before));
        Ok(())
    }

    fn made_by(&self, request: &str) -> Result<Option<EntityRef>> {
        Ok(self.requests.get(request).cloned())
    }

    fn remember(&mut self, request: &str, made: &EntityRef) -> Result<()> {
        self.requests.insert(request.to_owned(), made.clone());
        self.undo.push(Undo::Request(request.to_owned()));
        Ok(())
    }
}

impl Backend for MemoryTables {
    fn begin(&mut self) -> Result<()> {
        self.undo.clear();
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.undo.clear();
        Ok(())
    }

    fn undo(&mut self) {
        while let Some(step) = self.undo.pop() {
            match step {
                Undo::Row(what, before) => {
                    if let Some((number, _)) = self.rows.get(&what) {
                        self.order.remove(number);
                    }
                    self.replace(what, before);
                }
                Undo::Request(request) => {
                    self.requests.remove(&request);
                }
                Undo::Event(id) => {
                    self.events.pop_back();
                    self.head -= 1;
                    id.map(|id| self.ids.remove(&id));
                }
            }
        }
    }

    fn list(&self, query: &ListQuery) -> Result<Page> {
        let after = match &query.after {
            None => 0_u64,
            Some(after) => after
                .parse()
                .map_err(|_| HubError::invalid("cursor: it is none of this list"))?,
        };
        let mut items = Vec::new();
        let mut last = after;
        for (number, what) in self.order.range(after.saturating_add(1)..) {
            let Some((_, entity)) = self.rows.get(what).filter(|_| what.kind() == query.kind)
            else {
                continue;
            };
            if !query.wants(entity) {
                continue;
            }
            if items.len() == query.limit {
                return Ok(Page {
                    items,
                    next: Some(last.to_string()),
                });
            }
            last = *number;
            items.push(entity.clone());
        }
        Ok(Page { items, next: None })
    }

    fn append(&mut self, event: NewEvent, now: u64) -> Result<Option<Logged>> {
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
            timestamp: event.timestamp.unwrap_or(now),
        };
        self.events.push_back(logged.clone());
        self.undo.push(Undo::Event(event.id));
        if self.events.len() > EVENTS {
            self.events.pop_front();
        }
        Ok(Some(logged))
    }

    fn since(&self, seq: u64, limit: usize) -> Result<Vec<Logged>> {
        let events = self.events.iter().skip_while(|event| event.seq <= seq);
        Ok(events.take(limit).cloned().collect())
    }

    fn log(&self) -> Result<LogBounds> {
        Ok(LogBounds {
            log: self.log.clone(),
            forgotten: self.events.front().map_or(self.head, |event| event.seq - 1),
            head: self.head,
        })
    }
}
