"""The application: ``uvicorn --factory benchmarks.tutorial.app:create_app``.

The file of its items is named by the variable TUTORIAL_DATABASE.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, HTTPException, status
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from benchmarks.tutorial.database import Session, open_engine
from benchmarks.tutorial.models import Base, Item
from benchmarks.tutorial.schemas import ItemIn, ItemOut

router = APIRouter(prefix="/v1/items", tags=["items"])


def create_app() -> FastAPI:
    """The application over the file that TUTORIAL_DATABASE names."""
    app = FastAPI(title="Items", lifespan=_lifespan)
    app.include_router(router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = open_engine(os.environ["TUTORIAL_DATABASE"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


@router.post("", response_model=ItemOut, status_code=status.HTTP_201_CREATED)
async def create_item(sent: ItemIn, session: Session) -> Item:
    """Add an item."""
    item = Item(**sent.model_dump())
    session.add(item)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "the id is taken") from error
    return item


@router.get("/{item_id}", response_model=ItemOut)
async def get_item(item_id: str, session: Session) -> Item:
    """Read one item."""
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such item")
    return item
