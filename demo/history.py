"""A year at the demo hospital, told in the order it happened, through the models' own verbs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import timedelta

import tasks
from demo import answers, claims, desk, outside
from demo.cast import CAST, address
from demo.scenes import Spot
from demo.shoots import STRANGER, Shoot
from models import endings, faces, organisation
from models.album import Album
from models.delivery import Delivery
from models.errors import NotCleared
from models.face import Face, Word
from models.gather import today
from models.invitation import Invitation
from models.job import Job
from models.permission import Role
from models.person import Person
from models.photo import Photo
from models.use import Use
from models.user import FIRST_ADDRESS, Team, User

PASSWORD = "drawn-people-only"  # noqa: S105 - printed at every start of the demo
USERS = {
    Role.EDITOR: ("Eline Editor", "names faces, asks for consent, takes photos out"),
    Role.CONTRIBUTOR: ("Cas Contributor", "uploads photos"),
    Role.VIEWER: ("Vera Viewer", "looks around"),
    Role.CONSENT_OFFICER: ("Otto Officer", "keeps consents and wordings"),
    Role.DPO: ("Dora Protection", "sees every album and the trail, decides on recognition"),
    Role.AUDITOR: ("Anton Auditor", "reads the trail"),
    Role.ADMIN: ("Ada Admin", "keeps users and settings, sees no photo"),
}
FRIENDS = "Friends of Lindenhof"
PARTICULARS = {
    "organisation": "Lindenhof Demo Hospital", "organisation_address": "Linden Lane 1, 0000 AA Exampletown",
    "privacy_email": "privacy@demo.example", "country": "NL", "photo_credit": "Lindenhof Demo Hospital",
    "consent_months": "24", "ends_soon_days": "30", "link_days": "30", "coming_of_age_days": "0", "share_days": "30", "shares": "1", "files_a_day": "500", "reason": "The press office sends photos to named editors.",
}  # fmt: skip
FRESH = 20  # days within which an album is still being worked on: half of its photos wait on the desk
Pictures = dict[str, list[Future[tuple[bytes, list[Spot]]]]]


def email(role: Role) -> str:
    """The address of the demo's user with this role."""
    return f"{role.value}@demo.example"


class History:
    """What happened, day by day; `move` sets the clock to so many days ago."""

    def __init__(self, shoots: Sequence[Shoot], pictures: Pictures, move: Callable[[int], None]) -> None:
        self.shoots, self.pictures, self.move = shoots, pictures, move
        self.users: dict[Role, User] = {}
        self.teams: dict[str, Team] = {}
        self.people: dict[str, Person] = {}
        self.albums: dict[str, Album] = {}

    def tell(self) -> None:
        """Everything, from the first account to this morning's post."""
        self._found()
        acts = [*((shoot.days_ago, self._shoot(shoot)) for shoot in self.shoots), *self._acts()]
        for days_ago, act in sorted(acts, key=lambda pair: -pair[0]):
            self.move(days_ago)
            act()
            drain()

    def _acts(self) -> list[tuple[int, Callable[[], None]]]:
        """What was done on other days, each with its number of days ago."""
        people, officer, editor = self.people, self.users[Role.CONSENT_OFFICER], self.users[Role.EDITOR]
        return [
            (270, lambda: answers.first_round(people, by=officer)),
            (200, lambda: answers.on_paper(people, by=editor, second=officer)),
            (190, lambda: self._deliver("Portraits of the staff", "website", "Web team")),
            (189, lambda: outside.published(by=editor)),
            (120, lambda: answers.never_answered(people, by=officer)),
            (90, lambda: answers.taken_back(people)),
            (50, lambda: self._deliver("Charity run", "newsletter", "Newsletter of the month")),
            (34, lambda: answers.brochure(people, self.albums["Charity run"], by=officer)),
            (21, lambda: answers.switch_recognition_on(by=self.users[Role.DPO])),
            (20, lambda: answers.recognition_round(people, by=officer)),
            (15, lambda: outside.from_before(by=editor)),
            (26, lambda: claims.letter(by=self.users[Role.DPO])),
            (10, lambda: desk.events_weighed(by=self.users[Role.DPO])),
            (9, lambda: self._open_day(officer)),
            (8, lambda: desk.registers(by=self.users[Role.DPO])),
            (7, self._call_the_auditor),
            (5, lambda: outside.circumstances(people, by=editor, officer=officer)),
            (4, lambda: outside.shared(by=editor)),
            (3, lambda: answers.all_taken_back(people)),
            (2, lambda: outside.masked(by=editor)),
            (2, lambda: answers.open_requests(people, by=editor)),
            (2, lambda: answers.brochure_again(people, by=officer)),
            (2, lambda: claims.by_page(people)),
            (1, lambda: outside.looked_at(by=editor)),
            (1, lambda: self._deliver("Open day", "website", "Web team")),
            (0, self._this_morning),
        ]

    def _open_day(self, officer: User) -> None:
        dpo, photographer = self.users[Role.DPO], self.users[Role.CONTRIBUTOR]
        outside.open_day(self.albums["Open day"], officer=officer, dpo=dpo, photographer=photographer)

    def _call_the_auditor(self) -> None:
        """An auditor comes for a while: the role ends by itself (AUD-06)."""
        name, admin = USERS[Role.AUDITOR][0], self.users[Role.ADMIN]
        self.users[Role.AUDITOR] = _accept(
            User.add(email(Role.AUDITOR), name, [Role.AUDITOR], by=admin, teams=[Team.get()])
        )

    def _found(self) -> None:
        """Accounts, teams, particulars, the people one knows."""
        first = User.get(User.email == FIRST_ADDRESS)
        admin = _accept(first, email=email(Role.ADMIN), name=USERS[Role.ADMIN][0])
        self.users[Role.ADMIN] = admin
        organisation.change(PARTICULARS, by=admin)
        self.teams = {team.name: team for team in (Team.get(), Team.add(FRIENDS, by=admin))}
        for role, (name, _) in USERS.items():
            if role not in (Role.ADMIN, Role.AUDITOR):
                teams = list(self.teams.values())[: 1 if role is Role.VIEWER else 2]
                self.users[role] = _accept(User.add(email(role), name, [role], by=admin, teams=teams))
        editor = self.users[Role.EDITOR]
        for member in CAST:
            first_name = member.name.split()[0]
            if first_name == STRANGER:
                continue
            own = "" if member.guardian else member.email
            person = Person.add(
                member.name,
                by=editor,
                email=own,
                born=member.born(today()),
                relation=member.relation,
                locale=member.locale,
            )
            if member.guardian:
                person.add_guardian(
                    name=member.guardian, email=address(member.guardian), locale=member.locale, by=editor
                )
            self.people[first_name] = person

    def _shoot(self, shoot: Shoot) -> Callable[[], None]:
        def act() -> None:
            editor, contributor = self.users[Role.EDITOR], self.users[Role.CONTRIBUTOR]
            album = Album.add(
                shoot.title,
                self.teams[shoot.team],
                by=editor,
                held_on=today() - timedelta(days=1),
                special_context=shoot.special,
            )
            self.albums[shoot.title] = album
            taken = [(number, *picture.result()) for number, picture in enumerate(self.pictures[shoot.title])]
            photos = [
                (
                    Photo.take_in(
                        io.BytesIO(data), f"LH-{album.id}{number:03}.jpg", album, by=contributor
                    ).photo,
                    spots,
                )
                for number, data, spots in taken
            ]
            drain()
            known = photos if shoot.days_ago > FRESH else photos[::2]
            for number, (photo, spots) in enumerate(known):
                self._name(Photo.get_by_id(photo.id), spots, reviewed=number % 9 != 7)

        return act

    def _name(self, photo: Photo, spots: Sequence[Spot], *, reviewed: bool) -> None:
        """Say who everyone is, also whom the machine overlooked; a photo is reviewed once nobody in it is left open."""
        editor, unseen, whole = self.users[Role.EDITOR], list(spots), True
        for face in photo.faces:
            spot = next((spot for spot in unseen if _is_there(face, photo, spot)), None)
            if spot is not None:
                unseen.remove(spot)
            whole &= self._say(face, spot)
        for spot in unseen:
            whole &= self._say(faces.draw(photo, _box(spot, photo), by=editor), spot)
        if whole and reviewed:
            photo.review(by=editor)

    def _say(self, face: Face, spot: Spot | None) -> bool:
        """Name a face; False where nobody is known by it."""
        person = self.people.get(CAST[spot.person].name.split()[0]) if spot else None
        if person is not None:
            faces.name(face, person, by=self.users[Role.EDITOR])
        return person is not None

    def _deliver(self, title: str, use: str, to: str) -> None:
        """Somebody takes two photos out, and is told why not where it may not be."""
        editor, album, given = self.users[Role.EDITOR], self.albums[title], 0
        for photo in Photo.select().where(Photo.album == album).order_by(Photo.id):
            try:
                Delivery.issue(photo, Use.get(Use.code == use), to=to, by=editor).file(by=editor)
            except NotCleared:
                continue
            given += 1
            if given == 2:
                return

    def _this_morning(self) -> None:
        """A face in the crowd, somebody seen from behind, notices of what ends."""
        editor = self.users[Role.EDITOR]
        known = {
            shoot.title: list(self.albums[shoot.title].photos.order_by(Photo.id)) for shoot in self.shoots
        }
        crowd = next(_unnamed(known["Open day"]), None)
        if crowd is not None:
            faces.remark(crowd, Word.CROWD, by=editor)
        faces.add_person(known["Buildings and seasons"][0], self.people["Piet"], by=editor)
        endings.tell()


def drain() -> None:
    """Carry out every job that is due, as the worker would."""
    while (job := Job.due().first()) is not None:
        if not tasks.run(job.id):
            raise RuntimeError(f"the demo could not be built: {Job.get_by_id(job.id).why}")


def _accept(user: User, **who: str) -> User:
    invited = Invitation.open(user.invite(by="system"))
    return invited.accept(password=PASSWORD, again=PASSWORD, **who)


def _is_there(face: Face, photo: Photo, spot: Spot) -> bool:
    x, y = face.left + face.width / 2, face.top + face.height / 2
    return (
        abs(spot.x - x) * photo.ratio < 0.8 * spot.half
        and abs(spot.y + 0.2 * spot.half - y) < 0.9 * spot.half
    )


def _box(spot: Spot, photo: Photo) -> tuple[float, float, float, float]:
    wide = 1.5 * spot.half / photo.ratio
    return spot.x - wide / 2, spot.y - 0.5 * spot.half, wide, 1.5 * spot.half


def _unnamed(photos: Iterable[Photo]) -> Iterator[Face]:
    for photo in photos:
        yield from photo.faces.where(Face.waiting_since.is_null(False))
