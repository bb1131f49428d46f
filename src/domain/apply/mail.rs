//! Mail: sent and removed. It never changes.

use serde_json::json;

use crate::error::Result;
use crate::ids::MailId;
use crate::protocol::{Entity, EntityKind, EntityRef, EventName, Mail, NewMail, Session};

use super::super::valid;
use super::Change;

impl Change<'_> {
    pub(super) fn send_mail(&mut self, from: String, new: NewMail) -> Result<Entity> {
        let request = new.client_request_id.as_ref();
        let of = format!("mail {} {from}", new.project_id);
        if let Some(sent) = self.repeated(&of, request)? {
            return Ok(sent);
        }
        let project = self.project(&new.project_id)?.id;
        let to = self.session_of(&project, &new.to_session_id)?;
        let kind = new.kind.unwrap_or_else(|| "directive".into());
        valid::words("type", &kind, valid::WORD)?;
        valid::words("subject", &new.subject, valid::TITLE)?;
        valid::text("body", &new.body, valid::TEXT)?;
        let id = new.id.unwrap_or_else(MailId::random);
        self.vacant(&EntityRef::Mail(id.clone()))?;
        let mail = Mail {
            id,
            hub: self.context.hub.clone(),
            project_id: project,
            from_session_id: from,
            to_session_id: to.id,
            kind,
            subject: new.subject,
            body: new.body,
            created_at: self.context.now,
        };
        self.tell_mail(EventName::MailReceived, &mail, &mail);
        let entity = Entity::from(mail);
        self.make(&of, request, &entity)?;
        Ok(entity)
    }

    pub(super) fn delete_mail(&mut self, id: &MailId) -> Result<Entity> {
        let mail: Mail = self.get(EntityRef::Mail(id.clone()))?;
        self.tables.remove(&EntityRef::Mail(id.clone()))?;
        let fields = json!({"id": id, "toSessionId": mail.to_session_id});
        self.tell_mail(EventName::MailDeleted, &mail, &fields);
        Ok(mail.into())
    }

    /// Nobody is left to read it.
    pub(super) fn delete_mail_to(&mut self, session: &Session) -> Result<()> {
        let (kind, project) = (EntityKind::Mail, &session.project_id);
        for mail in self.tables.naming(kind, project, session.id.as_str())? {
            if let Entity::Mail(mail) = mail
                && mail.to_session_id == session.id
            {
                self.delete_mail(&mail.id)?;
            }
        }
        Ok(())
    }

    /// It is for the session that gets it.
    fn tell_mail<T: serde::Serialize>(&mut self, name: EventName, mail: &Mail, fields: &T) {
        self.tell_session(name, &mail.project_id, &mail.to_session_id, fields);
    }
}
